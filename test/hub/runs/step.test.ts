import { describe, expect, test } from 'vitest';
import { canonicalJson, printOf } from '../../../src/hub/runs/print.ts';
import { readStep, type Step } from '../../../src/hub/runs/step.ts';
import { stepPostSchema } from '../../../src/protocol/rest.ts';

const read = (body: unknown): Step => {
  const step = readStep(stepPostSchema.parse(body));
  if (!step.ok) throw new Error(step.problem.message);
  return step.step;
};
const problem = (body: unknown) => {
  const step = readStep(stepPostSchema.parse(body));
  return step.ok ? null : step.problem;
};

describe('a body becomes a step', () => {
  test('with the first otid as its key', () => {
    const step = read({
      messages: [
        { type: 'approval', approvals: [{ tool_call_id: 'c1', tool_return: 'x', status: 'success' }] },
        { role: 'user', content: 'a', otid: 'o1' },
        { role: 'user', content: 'b', client_message_id: 'c2' },
      ],
    });
    expect(step.key).toBe('o1');
    expect(step.parts.map(({ kind, otid }) => [kind, otid])).toEqual([
      ['results', null],
      ['message', 'o1'],
      ['message', 'c2'],
    ]);
    expect(read({ input: 'hi' })).toMatchObject({ key: null, parts: [{ role: 'user', content: 'hi' }] });
  });

  test('with tools that may lack what a provider wants', () => {
    const parameters = { type: 'object', properties: { a: { type: 'string' } } };
    expect(
      read({ input: 'x', client_tools: [{ name: 'A' }, { name: 'B', description: 'b', parameters }] }).tools,
    ).toEqual([
      { name: 'A', description: '', parameters: { type: 'object', properties: {} } },
      { name: 'B', description: 'b', parameters },
    ]);
  });

  test('with results that keep everything a host says of them', () => {
    const approvals = [
      {
        type: 'tool',
        tool_call_id: 'c1',
        tool_return: [{ type: 'text', text: 'a' }, { type: 'image' }],
        status: 'error',
        stdout: ['o'],
        stderr: ['e'],
        outcome: 'unknown',
      },
    ];
    expect(read({ messages: [{ type: 'approval', approvals }] }).parts[0]).toMatchObject({
      results: [
        {
          callId: 'c1',
          status: 'error',
          text: 'a\n[image]',
          stdout: ['o'],
          stderr: ['e'],
          outcome: 'unknown',
        },
      ],
    });
  });

  test('or is refused when no schema could tell why', () => {
    expect(problem({ messages: [{ type: 'tool_return', tool_returns: [] }] })).toMatchObject({ status: 422 });
    expect(problem({ messages: null, input: null })).toMatchObject({
      status: 422,
      extra: { field: 'messages' },
    });
    const approve = { type: 'approval', approvals: [{ tool_call_id: 'c1', approve: true }] };
    expect(problem({ messages: [approve] })).toMatchObject({ status: 400, error: 'no_tools_here' });
  });
});

describe('the print of a message', () => {
  test('is the same however the same thing is written', () => {
    expect(printOf({ a: 1, b: { c: null, d: [1, { e: 2, f: undefined }] } })).toBe(
      printOf({ b: { d: [1, { e: 2 }] }, a: 1, g: null }),
    );
    expect(canonicalJson({ b: 1, a: [3, 2] })).toBe('{"a":[3,2],"b":1}');
  });

  test('differs when anything does', () => {
    const prints = [
      ['user', 'a'],
      ['user', 'b'],
      ['system', 'a'],
      ['user', ['a']],
      ['user', null],
    ].map(printOf);
    expect(new Set(prints).size).toBe(5);
  });
});

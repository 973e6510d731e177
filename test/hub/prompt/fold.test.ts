import { describe, expect, test } from 'vitest';
import type { PromptMessage } from '../../../machines/ports.ts';
import { BuiltPrompt } from '../../../src/hub/prompt/built-prompt.ts';
import { sizeOf, toolsSize } from '../../../src/hub/prompt/size.ts';
import type { MessageRow } from '../../../src/hub/store/rows.ts';
import { messageRow } from '../store/suite.ts';

let seq = 0;
const row = (more: Partial<MessageRow>): MessageRow => ({ ...messageRow(`m${++seq}`), seq, ...more });
const built = (...rows: MessageRow[]): PromptMessage[] => {
  const prompt = new BuiltPrompt();
  prompt.append(rows);
  return prompt.messages();
};
const image = { type: 'image', source: { type: 'base64', data: 'AAAA', media_type: 'image/png' } };

describe('what a row becomes in a prompt', () => {
  test('a text stays a text, parts are joined, an image makes it parts', () => {
    expect(
      built(
        row({ body: { content: 'hi' } }),
        row({
          body: {
            content: [
              { type: 'text', text: 'a' },
              { type: 'text', text: 'b' },
            ],
          },
        }),
        row({ body: { content: [{ type: 'text', text: 'see' }, image] as never } }),
        row({
          body: {
            content: [{ type: 'image', source: { type: 'url', url: 'https://x/y.png' } }, { type: 'audio' }],
          },
        }),
      ).map((message) => (message as { content: unknown }).content),
    ).toEqual([
      'hi',
      'a\nb',
      [
        { type: 'text', text: 'see' },
        { type: 'image', data: 'AAAA', mediaType: 'image/png' },
      ],
      '[image: https://x/y.png]\n[audio]',
    ]);
  });

  test('a system message is marked, an assistant message that was posted stands alone', () => {
    const posted = { kind: 'assistant_message', runId: 'run-1' };
    expect(
      built(
        row({ kind: 'system_message', body: { content: 'be kind' } }),
        row({ ...posted, body: { content: 'one' } }),
        row({ ...posted, body: { content: 'two' } }),
      ),
    ).toMatchObject([
      { role: 'user', content: '<system-message>\nbe kind\n</system-message>' },
      { role: 'assistant', text: 'one' },
      { role: 'assistant', text: 'two' },
    ]);
  });

  test('what one run said is one message, the next run begins another', () => {
    const by = (runId: string, kind: string, body: MessageRow['body'], hidden: MessageRow['hidden'] = null) =>
      row({ kind, runId, body, hidden, print: null });
    expect(
      built(
        by('r1', 'reasoning_message', { reasoning: 'hm' }, { metadata: { signature: 's' } }),
        by('r1', 'hidden_reasoning_message', { state: 'redacted' }, { metadata: { redacted: 'z' } }),
        by('r1', 'assistant_message', { content: 'a' }),
        by('r1', 'assistant_message', { content: 'b' }),
        by('r2', 'reasoning_message', { reasoning: 'cut' }, { cut: true }),
        by('r2', 'assistant_message', { content: 'c' }),
      ),
    ).toMatchObject([
      {
        role: 'assistant',
        text: 'a\nb',
        reasoning: [
          { text: 'hm', metadata: { signature: 's' } },
          { text: '', metadata: { redacted: 'z' } },
        ],
      },
      { role: 'assistant', text: 'c', reasoning: [] },
    ]);
  });

  test('RUN-40 a model is told the arguments that ran when a person changed those it proposed', () => {
    const body = {
      tool_returns: [
        { tool_call_id: 'c1', status: 'success', tool_return: 'done', updated_input: { command: 'ls' } },
      ],
    };
    const hidden = { calls: { c1: { name: 'Bash', providerId: 'p-c1' } } };
    expect(built(row({ kind: 'tool_return_message', body, hidden }))).toMatchObject([
      { results: [{ text: 'done', note: expect.stringContaining('{"command":"ls"}') }] },
    ]);
  });

  test('results of one batch are one message; notes are none', () => {
    const returned = (id: string, status: string) =>
      row({
        kind: 'tool_return_message',
        body: { tool_returns: [{ tool_call_id: id, status, tool_return: id }] },
        hidden: { calls: { [id]: { name: 'Bash', providerId: `p-${id}` } } },
      });
    expect(
      built(
        returned('c1', 'success'),
        returned('c2', 'error'),
        row({ kind: 'event_message', body: { event_type: 'late_tool_return' } }),
      ),
    ).toEqual([
      {
        role: 'tool',
        turn: 'turn-1',
        results: [
          { id: 'c1', providerId: 'p-c1', name: 'Bash', text: 'c1', isError: false },
          { id: 'c2', providerId: 'p-c2', name: 'Bash', text: 'c2', isError: true },
        ],
      },
    ]);
  });

  test('what was handed out does not change when more is added', () => {
    const prompt = new BuiltPrompt();
    const said = { kind: 'assistant_message', runId: 'r1', print: null };
    prompt.append([row({ ...said, body: { content: 'a' } })]);
    const before = prompt.messages();
    prompt.append([row({ ...said, body: { content: 'b' } })]);
    expect(before).toMatchObject([{ text: 'a' }]);
    expect(prompt.messages()).toMatchObject([{ text: 'a\nb' }]);
  });
});

describe('sizes', () => {
  test('grow with the text, and an image does not count by its bytes', () => {
    const user = (content: string | { type: 'image'; data: string; mediaType: string }[]) =>
      sizeOf({ role: 'user', turn: 't', content });
    expect(user('x'.repeat(100)) - user('')).toBe(100);
    const one = user([{ type: 'image', data: 'A'.repeat(1e6), mediaType: 'image/png' }]);
    expect(one).toBeLessThan(10_000);
    const called: PromptMessage = {
      role: 'assistant',
      turn: 't',
      text: 'abc',
      reasoning: [{ text: 'de' }],
      calls: [{ id: 'c', providerId: 'p', name: 'Bash', arguments: '{"a":1}' }],
    };
    expect(sizeOf(called)).toBe(16 + 3 + 2 + 16 + 4 + 7);
    expect(toolsSize([{ name: 'Bash', description: 'runs', parameters: {} }])).toBe(10);
  });
});

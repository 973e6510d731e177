import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandSchema } from '../../src/protocol/commands.ts';
import { parseCommand } from '../../src/protocol/parse-command.ts';

const runtime = { agent_id: 'agent-1', conversation_id: 'conv-1' };
const message = { role: 'user', content: 'hello' };
const create = { kind: 'create_message', messages: [message] };

describe('a frame of a client', () => {
  test('PROTO-1 is read by its type and keeps fields that nobody here knows', () => {
    const frame = { type: 'input', request_id: 'r', runtime: { ...runtime, x: 1 }, payload: create, y: 2 };
    expect(parseCommand(frame)).toEqual({ ok: true, command: frame });
  });

  test('PROTO-1 may be for a conversation without an agent', () => {
    const parsed = parseCommand({ type: 'sync', runtime: { agent_id: null, conversation_id: 'conv-1' } });
    expect(parsed).toMatchObject({ ok: true, command: { runtime: { agent_id: null } } });
  });

  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', 7],
    ['a text', 'input'],
    ['a list', [{ type: 'input' }]],
    ['an object without a type', { runtime }],
    ['an object whose type is no text', { type: 7 }],
  ])('PROTO-2 that is %s is garbage', (_, frame) => {
    expect(parseCommand(frame)).toMatchObject({ ok: false, kind: 'garbage' });
  });

  test('PROTO-2 of a type that we do not have is told by its type, with what an answer needs', () => {
    expect(parseCommand({ type: 'terminal_spawn', request_id: 'r', runtime })).toEqual({
      ok: false,
      kind: 'unknown',
      reason: 'not supported: "terminal_spawn"',
      type: 'terminal_spawn',
      requestId: 'r',
      runtime,
    });
  });

  test('a type that every object has is not a type of ours', () => {
    for (const type of ['constructor', '__proto__', 'toString', ''])
      expect(parseCommand({ type })).toMatchObject({ ok: false, kind: 'unknown' });
  });

  test.each([
    ['no runtime', { type: 'sync' }, 'runtime'],
    ['no conversation', { type: 'sync', runtime: { agent_id: 'a', conversation_id: '' } }, 'conversation_id'],
    ['no payload', { type: 'input', runtime }, 'payload'],
    ['an unknown kind of payload', { type: 'input', runtime, payload: { kind: 'hop' } }, 'payload'],
    ['no message', { type: 'input', runtime, payload: { ...create, messages: [] } }, 'payload'],
    [
      'a message without a role',
      { type: 'input', runtime, payload: { ...create, messages: [{ content: '' }] } },
      'payload',
    ],
    ['no item', { type: 'remove_queue_item', request_id: 'r', runtime }, 'item_id'],
    ['a request_id that is no text', { type: 'sync', request_id: 7, runtime }, 'request_id'],
  ])('PROTO-2 with %s is told what is wrong with it', (_, frame, field) => {
    const parsed = parseCommand(frame);
    expect(parsed).toMatchObject({ ok: false, kind: 'invalid', type: frame.type });
    expect(parsed.ok === false && parsed.reason).toContain(field);
  });

  test('PROTO-3 in the older form of a message is an input', () => {
    const frame = { type: 'message', agentId: 'agent-1', messages: [message], clientToolAllowlist: ['Read'] };
    expect(parseCommand({ ...frame, conversationId: 'conv-1' })).toEqual({
      ok: true,
      command: { type: 'input', runtime, payload: { ...create, client_tool_allowlist: ['Read'] } },
    });
    expect(parseCommand({ ...frame, conversation_id: 'conv-1' })).toMatchObject({ command: { runtime } });
    expect(parseCommand(frame)).toMatchObject({ command: { runtime: { conversation_id: 'default' } } });
    expect(parseCommand({ type: 'message', messages: [message] })).toMatchObject({
      command: { runtime: { agent_id: null } },
    });
  });

  test('D26 PROTO-3 in the older form keeps its request_id, so that it can be answered', () => {
    const frame = { type: 'message', request_id: 'r', messages: [message] };
    expect(parseCommand(frame)).toMatchObject({ command: { request_id: 'r' } });
    expect(parseCommand({ ...frame, messages: [] })).toMatchObject({ ok: false, requestId: 'r' });
  });

  test('in the older form with something else in it is not supported', () => {
    const frame = { type: 'message', messages: [{ type: 'approval', approvals: [] }] };
    expect(parseCommand(frame)).toMatchObject({ ok: false, kind: 'unknown' });
  });

  test('PROTO-2 never makes the reader throw', () => {
    const types = commandSchema.options.map((option) => option.shape.type.value);
    const frame = fc.oneof(
      fc.anything(),
      fc.record(
        {
          type: fc.oneof(fc.constantFrom(...types, 'message'), fc.string()),
          request_id: fc.oneof(fc.string(), fc.anything()),
          runtime: fc.oneof(fc.constant(runtime), fc.anything()),
          payload: fc.oneof(fc.constant(create), fc.anything()),
          messages: fc.anything(),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(fc.property(frame, (value) => typeof parseCommand(value).ok === 'boolean'));
  });
});

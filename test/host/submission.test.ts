import { describe, expect, test } from 'vitest';
import { canonicalJson } from '../../src/host/canonical.ts';
import { readSubmission } from '../../src/host/submission.ts';
import type { CreateMessage } from '../../src/protocol/input.ts';
import { AT } from './support/samples.ts';

const read = (payload: Omit<CreateMessage, 'kind'>, sender: string | null = null) =>
  readSubmission({ kind: 'create_message', ...payload } as CreateMessage, {
    sender,
    at: AT,
    newId: () => 'new',
  });
const message = (rest: object = {}) => ({ role: 'user' as const, content: 'hello', ...rest });

describe('an input as it is kept', () => {
  test('HOST-50 has its client_message_id as the otid of its message', () => {
    expect(read({ messages: [message({ client_message_id: 'cm-1', otid: 'other', extra: 1 })] })).toEqual({
      clientMessageId: 'cm-1',
      messages: [{ role: 'user', content: 'hello', otid: 'cm-1', extra: 1 }],
      optionsKey: '{}',
      sender: null,
      at: AT,
    });
  });

  test('HOST-50 is known by its otid when it has no client_message_id, and by a new id when it has neither', () => {
    expect(read({ messages: [message({ otid: 'o-1' })] }).clientMessageId).toBe('o-1');
    expect(read({ messages: [message({ otid: null })] })).toMatchObject({
      clientMessageId: 'cm-submit-new',
      messages: [{ otid: 'cm-submit-new' }],
    });
  });

  test('HOST-51 of several messages keeps all, each with an otid of its own', () => {
    const { messages } = read({
      messages: [message({ client_message_id: 'cm-1' }), message({ otid: 'o-2' }), message()],
    });
    expect(messages.map(({ otid }) => otid)).toEqual(['cm-1', 'o-2', 'cm-1:2']);
  });

  test('HOST-51 of several messages has no otid twice', () => {
    const { messages } = read({
      messages: [
        message({ client_message_id: 'cm-1' }),
        message({ otid: 'cm-1' }),
        message({ otid: 'cm-1' }),
      ],
    });
    expect(new Set(messages.map(({ otid }) => otid)).size).toBe(3);
  });

  test('HOST-52 tells who sent it, in each message', () => {
    const submission = read({ messages: [message(), message()] }, 'Ada');
    expect(submission.sender).toBe('Ada');
    expect(submission.messages.map((one) => one.acting_user_id)).toEqual(['Ada', 'Ada']);
  });

  test('D7 HOST-53 has equal options exactly when they are equal, whatever the order of their keys', () => {
    const key = (options: object) => read({ messages: [message()], ...options }).optionsKey;
    expect(key({ client_toolset: { base: 'a', include: ['x'] }, exclude_interactive_tools: true })).toBe(
      key({ exclude_interactive_tools: true, client_toolset: { include: ['x'], base: 'a' } }),
    );
    const keys = [
      {},
      { client_tool_allowlist: ['Read'] },
      { client_tool_allowlist: [] },
      { client_toolset: { include: ['Read'] } },
      { external_tool_scope_ids: ['s'] },
      { exclude_interactive_tools: false },
      { image_failure_mode: 'drop' },
      { response_format: { type: 'json' } },
      { override_model: 'demo/scripted' },
    ].map(key);
    expect(new Set(keys).size).toBe(keys.length);
    expect(key({ something_else: 1 })).toBe('{}');
  });
});

describe('canonical JSON', () => {
  test('is the same for equal values, at every depth', () => {
    expect(canonicalJson({ b: [{ d: 1, c: 2 }], a: null })).toBe(
      canonicalJson({ a: null, b: [{ c: 2, d: 1 }] }),
    );
    expect(canonicalJson({ a: [1, 2] })).not.toBe(canonicalJson({ a: [2, 1] }));
    expect(canonicalJson({ a: undefined })).toBe('{}');
    expect(canonicalJson({ '2': 1, '10': 1, a: 1 })).toBe(canonicalJson({ a: 1, '10': 1, '2': 1 }));
  });
});

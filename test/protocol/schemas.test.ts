import { describe, expect, test } from 'vitest';
import { approvalRequestId, approvalRequestSchema } from '../../src/protocol/approval.ts';
import { contentText, messageCreateSchema } from '../../src/protocol/content.ts';
import { approvalResponseSchema, createMessageSchema, turnOptionKeys } from '../../src/protocol/input.ts';
import { modes, readMode } from '../../src/protocol/modes.ts';
import { registerAnswerSchema, registerBodySchema } from '../../src/protocol/register.ts';
import { scopeKey } from '../../src/protocol/scope.ts';

const reads = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  schema.safeParse(value).success;

describe('modes', () => {
  test('PROTO-4 are four, and the names of older clients mean one of them', () => {
    expect(modes.map(readMode)).toEqual([...modes]);
    expect(readMode('default')).toBe('standard');
    expect(readMode('bypassPermissions')).toBe('unrestricted');
    expect(readMode('fullAccess')).toBe('unrestricted');
  });

  test.each(['', 'plan', 'Standard', 'constructor', '__proto__', 'toString'])(
    'PROTO-4 do not hold %j',
    (word) => {
      expect(readMode(word)).toBeNull();
    },
  );
});

describe('content', () => {
  test('is a text or parts; what is no text is named', () => {
    expect(contentText('hello')).toBe('hello');
    expect(contentText([{ type: 'text', text: 'a' }, { type: 'image' }, { type: 'text', text: '' }])).toBe(
      'a\n[image]\n',
    );
  });

  test('of a message is needed, and an otid is no empty text', () => {
    expect(reads(messageCreateSchema, { role: 'user', content: '' })).toBe(true);
    expect(reads(messageCreateSchema, { role: 'user', content: '', otid: null })).toBe(true);
    expect(reads(messageCreateSchema, { role: 'user', content: '', otid: '' })).toBe(false);
    expect(reads(messageCreateSchema, { role: 'user' })).toBe(false);
    expect(reads(messageCreateSchema, { role: 'tool', content: '' })).toBe(false);
  });
});

describe('an input', () => {
  test('PROTO-5 cannot carry the answer to an approval among its messages', () => {
    const messages = [{ type: 'approval', approvals: [], role: 'user', content: '' }];
    expect(reads(createMessageSchema, { kind: 'create_message', messages })).toBe(false);
  });

  test('has the options of protocol.md 3.2', () => {
    expect(turnOptionKeys.toSorted()).toEqual([
      'client_tool_allowlist',
      'client_toolset',
      'exclude_interactive_tools',
      'external_tool_scope_ids',
      'image_failure_mode',
      'override_model',
      'response_format',
    ]);
  });
});

describe('an answer to an approval', () => {
  const answer = (rest: object) => ({ kind: 'approval_response', request_id: 'perm-c', ...rest });

  test('PROTO-6 allows or denies, with all that goes with it', () => {
    for (const decision of [
      { behavior: 'allow' },
      { behavior: 'allow', message: 'go', updated_input: { command: 'ls' } },
      { behavior: 'allow', updated_input: null, selected_permission_suggestion_ids: ['save-default'] },
      { behavior: 'deny', message: 'no' },
    ])
      expect(reads(approvalResponseSchema, answer({ decision }))).toBe(true);
    expect(reads(approvalResponseSchema, answer({ error: 'the window was closed' }))).toBe(true);
  });

  test('PROTO-6 that denies may leave out why', () => {
    expect(approvalResponseSchema.parse(answer({ decision: { behavior: 'deny' } }))).toMatchObject({
      decision: { behavior: 'deny', message: '' },
    });
  });

  test.each([
    ['says neither', {}],
    ['has an unknown behaviour', { decision: { behavior: 'maybe' } }],
    ['edits with something that is no object', { decision: { behavior: 'allow', updated_input: 'ls' } }],
    [
      'chooses suggestions that are no list',
      { decision: { behavior: 'allow', selected_permission_suggestion_ids: 'all' } },
    ],
    ['has no request_id', { request_id: '', decision: { behavior: 'allow' } }],
  ])('PROTO-6 is refused when it %s', (_, rest) => {
    expect(reads(approvalResponseSchema, answer(rest))).toBe(false);
  });

  test('PROTO-7 names the request by the call, the same at every time', () => {
    expect(approvalRequestId('call-run-1-2')).toBe('perm-call-run-1-2');
  });
});

test('a request for approval has the shape of protocol.md 7.1', () => {
  const request = {
    subtype: 'can_use_tool',
    tool_name: 'Write',
    input: { file_path: '/a' },
    tool_call_id: 'call-1',
    permission_suggestions: [{ id: 'save-default', text: 'Always allow this' }],
    blocked_path: null,
    diffs: [
      { mode: 'unpreviewable', fileName: '/a', reason: 'binary' },
      {
        mode: 'advanced',
        fileName: '/a',
        hunks: [
          { oldStart: 1, oldLines: 0, newStart: 1, newLines: 1, lines: [{ type: 'add', content: 'x' }] },
        ],
      },
    ],
  };
  expect(approvalRequestSchema.parse(request)).toEqual(request);
});

test('PROTO-8 a conversation is known by its id; only the virtual one belongs to its agent', () => {
  expect(scopeKey('agent-1', 'conv-1')).toBe(scopeKey('agent-2', 'conv-1'));
  expect(scopeKey('agent-1', 'default')).not.toBe(scopeKey('agent-2', 'default'));
  expect(scopeKey(null, 'default')).not.toBe(scopeKey('agent-1', 'default'));
});

describe('a registration', () => {
  test('is that of a Letta host or of ours', () => {
    expect(reads(registerBodySchema, { deviceId: 'd', connectionName: 'laptop' })).toBe(true);
    const metadata = { signalboxLink: 1, signalboxEpoch: 'e', selfMade: true };
    expect(registerBodySchema.parse({ deviceId: 'd', connectionName: 'n', metadata }).metadata).toEqual(
      metadata,
    );
    expect(reads(registerBodySchema, { deviceId: '', connectionName: 'n' })).toBe(false);
    expect(reads(registerBodySchema, { deviceId: 'd', connectionName: '' })).toBe(false);
  });

  test('PROTO-9 is answered by a place for the socket; the rest only a hub of ours says', () => {
    expect(registerAnswerSchema.parse({ connectionId: 'c', wsUrl: 'ws://x' })).toEqual({
      connectionId: 'c',
      wsUrl: 'ws://x',
    });
    expect(reads(registerAnswerSchema, { connectionId: 'c' })).toBe(false);
    expect(reads(registerAnswerSchema, { connectionId: '', wsUrl: 'ws://x' })).toBe(false);
  });
});

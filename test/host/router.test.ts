import fc from 'fast-check';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import { commandSchema } from '../../src/protocol/commands.ts';
import { Rig } from './support/rig.ts';
import { SCOPE } from './support/samples.ts';
import { fillDisk, freeDisk } from './support/temp-store.ts';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});

const runtime = { agent_id: 'agent-1', conversation_id: 'conv-1' };
const answersTo = (requestId: string) => rig.frames.filter((frame) => frame.request_id === requestId);
const create = { kind: 'create_message', messages: [{ role: 'user', content: 'hello' }] };

/** A valid frame of each type, and the type of its answer. */
const commands: [answer: string, frame: Record<string, unknown> & { type: string }][] = [
  ['input_accepted', { type: 'input', runtime, payload: create }],
  ['input_accepted', { type: 'message', agentId: 'agent-1', messages: create.messages }],
  [
    'input_accepted',
    {
      type: 'input',
      runtime,
      payload: { kind: 'approval_response', request_id: 'perm-x', decision: { behavior: 'allow' } },
    },
  ],
  ['change_device_state_response', { type: 'change_device_state', runtime, payload: { mode: 'strict' } }],
  ['change_device_state_response', { type: 'change_device_state', runtime, payload: { cwd: 'nowhere' } }],
  ['abort_message_response', { type: 'abort_message', runtime }],
  ['resume_queue_response', { type: 'resume_queue', runtime }],
  ['sync_response', { type: 'sync', runtime }],
  ['runtime_start_response', { type: 'runtime_start', agent_id: 'agent-1' }],
  ['remove_queue_item_response', { type: 'remove_queue_item', runtime, item_id: 'q-1' }],
  ['withdraw_input_response', { type: 'withdraw_input', runtime, client_message_id: 'cm-1' }],
  ['execute_command_response', { type: 'execute_command', runtime, command_id: 'clear' }],
  ['app_server_info_response', { type: 'app_server_info' }],
  ['runtime_external_tools_update_response', { type: 'runtime_external_tools_update', updates: [] }],
  ['external_tool_call_response_response', { type: 'external_tool_call_response' }],
  ['terminal_spawn_response', { type: 'terminal_spawn', terminal_id: 't', cols: 80, rows: 24 }],
];

describe('a frame with a request_id', () => {
  test('D26 PROTO-80 there is an example of each type here', () => {
    const types = commandSchema.options.map((option) => option.shape.type.value);
    expect(commands.map(([, frame]) => frame.type)).toEqual(expect.arrayContaining(types));
  });

  test.each(commands)('D26 PROTO-80 gets one answer: %s', async (answer, frame) => {
    rig.receive({ ...frame, request_id: 'r' });
    await vi.waitFor(() => expect(answersTo('r')).toHaveLength(1));
    expect(answersTo('r')).toMatchObject([{ type: answer }]);
  });

  test.each(commands)('D26 PROTO-80 without what it needs gets one too: %s', async (_, { type }) => {
    rig.receive({ type, request_id: 'r' });
    await vi.waitFor(() => expect(answersTo('r')).toHaveLength(1));
    if (type === 'app_server_info') return;
    const [{ success, accepted, error } = {}] = answersTo('r');
    expect([success ?? accepted, error]).toEqual([false, expect.any(String)]);
  });

  test('PROTO-81 of a type that we do not have is told: not supported', () => {
    rig.receive({ type: 'cron_add', request_id: 'r' });
    expect(answersTo('r')).toEqual([
      { type: 'cron_add_response', request_id: 'r', success: false, error: 'not supported' },
    ]);
    expect(rig.rejected).toEqual(['not supported: "cron_add"']);
  });

  test('PROTO-81 that is an input of the wrong shape is told as inputs are', () => {
    rig.receive({
      type: 'input',
      request_id: 'r',
      runtime,
      payload: { kind: 'create_message', messages: [] },
    });
    expect(answersTo('r')).toMatchObject([
      { type: 'input_accepted', runtime, accepted: false, error: expect.stringContaining('payload') },
    ]);
  });

  test('D26 PROTO-80 gets one answer whatever it is and whatever came before', async () => {
    const scope = fc.constantFrom(
      runtime,
      { agent_id: null, conversation_id: 'default' },
      { agent_id: 7 },
      null,
    );
    const word = fc.constantFrom('cm-1', 'cm-2', 'q-1', 'q-2', 'perm-call-1', '', '\ud800', 'constructor');
    const known = fc.constantFrom(...commands.map(([, frame]) => frame));
    const changed = fc.record(
      {
        runtime: scope,
        payload: fc.oneof(
          fc.constant(create),
          fc.record({ mode: word, cwd: word, conversation_id: word }, { requiredKeys: [] }),
          fc.record({
            kind: fc.constantFrom('create_message', 'approval_response'),
            request_id: word,
            error: word,
            messages: fc.array(
              fc.record({ role: fc.constant('user'), content: word, client_message_id: word }),
            ),
          }),
          fc.anything(),
        ),
        client_message_id: word,
        item_id: word,
        turn_id: fc.option(word),
        conversation_id: word,
        args: word,
      },
      { requiredKeys: [] },
    );
    const frame = fc
      .tuple(fc.oneof(known, fc.record({ type: fc.string() })), changed, fc.boolean())
      .map(([base, change, keep]) => (keep ? { ...change, ...base } : { ...base, ...change }));
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 20 }), async (frames) => {
        rig = new Rig();
        for (const [i, one] of frames.entries())
          rig.receive({ ...one, request_id: `r-${i}` } as { type: string });
        const counts = () => frames.map((_, i) => answersTo(`r-${i}`).length);
        await vi.waitFor(() => expect(counts()).toEqual(frames.map(() => 1)), { interval: 2 });
      }),
      { numRuns: 30 },
    );
  });
});

describe('a frame without a request_id', () => {
  test.each(commands)(
    'PROTO-82 gets no answer, and is heard: %s',
    async (answer, { request_id: _, ...frame }) => {
      rig.receive(frame as { type: string });
      rig.send('sync', { request_id: 'after' });
      await vi.waitFor(() => expect(answersTo('after')).toHaveLength(1));
      expect(rig.frames.filter(({ type, request_id }) => type === answer && request_id !== 'after')).toEqual(
        [],
      );
    },
  );
});

describe('frames', () => {
  test('D20 PROTO-83 take effect in the order of their arrival', async () => {
    for (const id of ['one', 'two', 'three']) rig.message(id);
    rig.send('withdraw_input', { request_id: 'r-withdraw', client_message_id: 'two' });
    rig.message('two');
    rig.message('four');
    await vi.waitFor(() => expect(answersTo('r-four')).toHaveLength(1));
    const inputs = rig.of('input_accepted').map((frame) => [frame.client_message_id, frame.accepted]);
    expect(inputs.slice(0, 3)).toEqual([
      ['one', true],
      ['two', true],
      ['three', true],
    ]);
    expect(answersTo('r-withdraw')).toMatchObject([{ status: 'withdrawn' }]);
    expect(inputs).toContainEqual(['four', true]);
    rig.send('sync', { request_id: 'r-sync' });
    await vi.waitFor(() => expect(answersTo('r-sync')).toHaveLength(1));
    expect(rig.of('update_queue').at(-1)).toMatchObject({
      queue: [{ client_message_id: 'three' }, { client_message_id: 'four' }],
    });
  });

  test('D20 PROTO-83 a sync shows what the frames before it have changed', async () => {
    rig.send('change_device_state', { request_id: 'r-1', payload: { mode: 'strict' } });
    rig.send('sync', { request_id: 'r-2' });
    await vi.waitFor(() => expect([...answersTo('r-1'), ...answersTo('r-2')]).toHaveLength(2));
    expect(rig.of('update_device_status')[0]).toMatchObject({
      device_status: { current_permission_mode: 'strict' },
    });
  });

  test('D20 PROTO-83 an abort after a message aborts its turn', async () => {
    rig.message('one');
    await rig.step(1);
    rig.message('two');
    rig.send('abort_message', { request_id: 'r-abort' });
    rig.message('three');
    await rig.frame('turn_finished');
    expect(answersTo('r-abort')).toMatchObject([{ aborted: true }]);
    // What came after the abort goes on, with what waited.
    await rig.step(2);
    expect(rig.of('update_queue').at(-1)).toMatchObject({
      removed: [{ client_message_id: 'two' }, { client_message_id: 'three' }],
    });
  });

  test('D9 PROTO-84 a slash command is answered, and told to everybody', async () => {
    rig.send('execute_command', { request_id: 'r', command_id: 'clear', args: 'all' });
    await vi.waitFor(() => expect(answersTo('r')).toHaveLength(1));
    expect(answersTo('r')).toMatchObject([{ success: false, output: 'not supported: /clear all' }]);
    expect(rig.deltas().map(({ message_type }) => message_type)).toEqual([
      'slash_command_start',
      'slash_command_end',
    ]);
  });

  test('PROTO-85 a change may be for another conversation than the one it is sent to', async () => {
    const payload = { mode: 'strict', agent_id: 'agent-2', conversation_id: 'default' };
    rig.send('change_device_state', { request_id: 'r', payload });
    await vi.waitFor(() => expect(answersTo('r')).toMatchObject([{ success: true }]));
    const mode = (agentId: string, conversationId: string) =>
      rig.store.conversations.ensure('hub-1', { agentId, conversationId }).mode;
    expect([mode('agent-2', 'default'), mode('agent-1', 'default'), mode('agent-1', 'conv-1')]).toEqual([
      'strict',
      null,
      null,
    ]);
  });

  test('PROTO-86 an answer without a decision denies', async () => {
    rig.send('input', {
      request_id: 'r',
      payload: { kind: 'approval_response', request_id: 'perm-x', error: 'closed' },
    });
    await vi.waitFor(() => expect(answersTo('r')).toMatchObject([{ accepted: false }]));
  });
});

describe('runtime_start', () => {
  const started = {
    ok: true as const,
    scope: SCOPE,
    agent: { id: 'agent-1' },
    conversation: { id: 'conv-1' },
    created: { agent: false, conversation: true },
  };
  const start = (fields: object = {}) =>
    rig.receive({ type: 'runtime_start', request_id: 'r', agent_id: 'agent-1', ...fields });

  test('PROTO-87 answers with what it found or made, and then shows its state', async () => {
    rig.startRuntime = async () => started;
    start({ mode: 'strict', cwd: rig.project, acting_user_id: 'pia' });
    await rig.frame('update_subagent_state');
    expect(rig.frames[0]).toEqual({
      type: 'runtime_start_response',
      request_id: 'r',
      success: true,
      runtime,
      agent: { id: 'agent-1' },
      conversation: { id: 'conv-1' },
      created: { agent: false, conversation: true },
    });
    await vi.waitFor(() =>
      expect(rig.store.conversations.ensure('hub-1', SCOPE)).toMatchObject({
        mode: 'strict',
        modeChosen: { by: 'pia' },
        cwd: rig.project,
        cwdChosen: { by: 'pia' },
      }),
    );
  });

  test('PROTO-87 answers after the state when it is told to', async () => {
    rig.startRuntime = async () => started;
    start({ wait_for_replay: true });
    await rig.frame('runtime_start_response');
    expect(rig.frames.map(({ type }) => type)).toEqual([
      'update_device_status',
      'update_loop_status',
      'update_queue',
      'update_subagent_state',
      'runtime_start_response',
    ]);
  });

  test('D18 PROTO-88 takes the names of modes that change_device_state takes', async () => {
    rig.startRuntime = async () => started;
    start({ mode: 'bypassPermissions' });
    await vi.waitFor(() => expect(rig.store.conversations.ensure('hub-1', SCOPE).mode).toBe('unrestricted'));
  });

  test('D26 PROTO-87 that fails is answered, also when it breaks', async () => {
    start();
    rig.startRuntime = () => Promise.reject(new Error('broke'));
    start({ request_id: 'r-2' });
    await vi.waitFor(() => expect(answersTo('r-2')).toHaveLength(1));
    expect([...answersTo('r'), ...answersTo('r-2')]).toMatchObject([
      { success: false, runtime: null, error: 'no runtime' },
      { success: false, runtime: null, error: 'broke' },
    ]);
  });
});

describe('a store that refuses', () => {
  /** A conversation that the host does not know yet, with a name that does not fit any more. */
  const elsewhere = { agentId: 'agent-1', conversationId: `conv-${'x'.repeat(200_000)}` };

  test('BOUND-2 a conversation that cannot be remembered is refused by the frame’s own kind of answer', async () => {
    rig.send('sync', { request_id: 'before' });
    await rig.reply('before');
    fillDisk(rig.store);
    rig.send('sync', { request_id: 'sync' }, elsewhere);
    const payload = { kind: 'create_message', messages: [{ role: 'user', content: 'hi' }] };
    rig.send('input', { request_id: 'input', payload }, elsewhere);
    rig.send('resume_queue', {}, elsewhere);
    const why = { code: 'store_full', error: expect.stringContaining('the disk is full') };
    expect(answersTo('sync')).toMatchObject([{ type: 'sync_response', success: false, ...why }]);
    expect(answersTo('input')).toMatchObject([{ type: 'input_accepted', accepted: false, ...why }]);
    expect(rig.rejected).toHaveLength(3);
    rig.send('sync', { request_id: 'known' });
    expect(await rig.reply('known')).toMatchObject({ success: true });
    freeDisk(rig.store);
    rig.send('sync', { request_id: 'later' }, elsewhere);
    expect(await rig.reply('later')).toMatchObject({ success: true });
  });

  test('BOUND-2 so is a runtime that cannot be begun', async () => {
    rig.startRuntime = async () => ({
      ok: true,
      scope: elsewhere,
      agent: { id: 'agent-1' },
      conversation: { id: 'x' },
      created: { agent: false, conversation: true },
    });
    fillDisk(rig.store);
    rig.receive({ type: 'runtime_start', request_id: 'start', agent_id: 'agent-1', wait_for_replay: true });
    expect(await rig.reply('start')).toMatchObject({
      success: false,
      error: expect.stringContaining('full'),
    });
  });
});

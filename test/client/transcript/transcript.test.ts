import { expect, test } from 'vitest';
import type { Frame } from '../../../machines/ports.ts';
import { type Entry, emptyTranscript, reduceFrame } from '../../../src/client/index.ts';

const apply = (...frames: object[]) => (frames as Frame[]).reduce(reduceFrame, emptyTranscript).view;
const delta = (fields: object): Frame => ({ type: 'stream_delta', delta: fields });
const say = (id: string, content: string, run_id = 'run-1', seq_id?: number) =>
  delta({
    message_type: 'assistant_message',
    id,
    content,
    run_id,
    ...(seq_id === undefined ? {} : { seq_id }),
  });
const request = {
  subtype: 'can_use_tool',
  tool_name: 'Bash',
  tool_call_id: 'call-1',
  input: { command: 'ls' },
};
const REMINDER = '<system-reminder>\nYou are on Linux.\n</system-reminder>';
const texts = (entries: readonly Entry[]) =>
  entries.map((entry) => ('text' in entry ? entry.text : entry.kind));

test('SDK-20 chunks with the same id are one entry; a chunk that was seen changes nothing', () => {
  const view = apply(
    say('m1', 'Hel', 'run-1', 1),
    say('m1', 'lo', 'run-1', 2),
    say('m1', 'lo', 'run-1', 2),
    say('m2', '!'),
  );
  expect(texts(view.entries)).toEqual(['Hello', '!']);
});

test('D8 every prompt is shown once, whoever sent it and however often it is told', () => {
  const echo = delta({
    message_type: 'user_message',
    id: 'x',
    otid: 'cm-1',
    content: 'hi',
    acting_user_id: 'anna',
  });
  const again = delta({ message_type: 'user_message', id: 'y', otid: 'cm-1', content: 'hi' });
  expect(apply(echo, again).entries).toEqual([
    { kind: 'user', key: 'user:cm-1', turnId: null, clientMessageId: 'cm-1', text: 'hi', by: 'anna' },
  ]);
});

test('SDK-21 a retry that names a run takes back what that run showed, and nothing else', () => {
  const view = apply(
    delta({ message_type: 'user_message', id: 'u', otid: 'cm-1', content: 'go' }),
    say('m1', 'first step', 'run-1', 1),
    say('m2', 'half a sen', 'run-2', 1),
    delta({
      message_type: 'retry',
      id: 'l1',
      message: 'overloaded',
      run_id: 'run-2',
      attempt: 1,
      max_attempts: 3,
    }),
    say('m2', 'late', 'run-2', 2),
    say('m3', 'a whole sentence', 'run-3', 1),
  );
  expect(texts(view.entries)).toEqual([
    'go',
    'first step',
    'overloaded (attempt 1 of 3)',
    'a whole sentence',
  ]);
});

test('D17 an approval is the same whether it comes as a request or in the device status', () => {
  const asked = apply({ type: 'control_request', request_id: 'perm-1', request });
  const recovered = apply({
    type: 'update_device_status',
    device_status: { pending_control_requests: [{ request_id: 'perm-1', request }] },
  });
  expect(asked.approvals).toEqual(recovered.approvals);
  expect(asked.approvals).toMatchObject([{ requestId: 'perm-1', toolCallId: 'call-1', toolName: 'Bash' }]);
});

test('SDK-22 an approval is gone when the host no longer lists it, or when its call moves', () => {
  const ask = { type: 'control_request', request_id: 'perm-1', request };
  const empty = { type: 'update_device_status', device_status: { pending_control_requests: [] } };
  expect(apply(ask, empty).approvals).toEqual([]);
  expect(apply(ask, delta({ message_type: 'client_tool_start', tool_call_id: 'call-1' })).approvals).toEqual(
    [],
  );
  const decided = {
    message_type: 'approval_response_message',
    approvals: [{ tool_call_id: 'call-1', approve: true }],
  };
  expect(apply(ask, delta(decided)).approvals).toEqual([]);
});

test('SDK-22 of very many approvals those stay that the status has no room for', () => {
  const ask = (n: number) => ({
    type: 'control_request',
    request_id: `perm-${n}`,
    request: { ...request, tool_call_id: `call-${n}` },
  });
  const status = (listed: number[], count?: number) => ({
    type: 'update_device_status',
    device_status: { pending_control_requests: listed.map(ask), pending_control_request_count: count },
  });
  const ids = (...frames: Parameters<typeof apply>) =>
    apply(...frames).approvals.map(({ requestId }) => requestId);
  const asked = [ask(1), ask(2), ask(3), ask(4)];
  expect(ids(...asked, status([1, 2], 4))).toEqual(['perm-1', 'perm-2', 'perm-3', 'perm-4']);
  expect(ids(...asked, status([2, 3], 3))).toEqual(['perm-2', 'perm-3', 'perm-1', 'perm-4']);
  expect(ids(status([1, 2], 4))).toEqual(['perm-1', 'perm-2']);
  expect(ids(...asked, status([3, 4]))).toEqual(['perm-3', 'perm-4']);
  expect(ids(...asked, status([3, 4], 2))).toEqual(['perm-3', 'perm-4']);
});

test('SDK-23 a call shows its arguments, its live output, the edited arguments it ran with, and its result', () => {
  const call = (text: string, seq_id: number) => ({
    message_type: 'approval_request_message',
    id: 'm1',
    run_id: 'run-1',
    seq_id,
    tool_call: { tool_call_id: 'call-1', name: 'Bash', arguments: text },
  });
  const output = { message_type: 'tool_return_message', tool_call_id: 'call-1', status: 'success' };
  const frames = [
    delta(call('{"command":', 1)),
    delta(call('"rm"}', 2)),
    delta({
      message_type: 'approval_response_message',
      approvals: [{ tool_call_id: 'call-1', approve: true }],
      reason: 'safer so',
      acting_user_id: 'anna',
    }),
    delta({ message_type: 'client_tool_start', tool_call_id: 'call-1', tool_args: '{"command":"ls"}' }),
    delta({ ...output, id: 'synthetic-tool-return-stream-call-1', tool_return: 'a' }),
  ];
  const tool = { name: 'Bash', arguments: '{"command":"rm"}', edited: '{"command":"ls"}' };
  const decision = { behavior: 'allow', by: 'anna', message: 'safer so' };
  expect(apply(...frames).entries).toMatchObject([
    { ...tool, decision, state: 'running', output: 'a', hasResult: false },
  ]);
  const ended = apply(
    ...frames,
    delta({ message_type: 'client_tool_end', tool_call_id: 'call-1', status: 'error', outcome: 'unknown' }),
    delta({ ...output, id: 'r', status: 'error', outcome: 'unknown', tool_return: 'all of it' }),
    delta({ ...output, id: 'synthetic-tool-return-stream-call-1', tool_return: 'late' }),
  );
  expect(ended.entries).toMatchObject([{ ...tool, state: 'unknown', output: 'all of it', hasResult: true }]);
});

test('SDK-24 arguments that only look different are not edited ones', () => {
  const view = apply(
    delta({
      message_type: 'approval_request_message',
      id: 'm1',
      tool_call: { tool_call_id: 'c', name: 'Bash', arguments: '{"a":1, "b":2}' },
    }),
    delta({ message_type: 'client_tool_start', tool_call_id: 'c', tool_args: '{"b":2,"a":1}' }),
  );
  expect(view.entries).toMatchObject([{ edited: null }]);
});

test('SDK-25 what became of a message is known: its turn ended, it was taken back, it expired, it was refused', () => {
  const runtime = { agent_id: 'a', conversation_id: 'default' };
  const view = apply(
    delta({ message_type: 'user_message', id: 'u', otid: 'cm-1', content: 'one' }),
    delta({ message_type: 'user_message', id: 'v', otid: 'cm-2', content: 'two' }),
    { type: 'turn_finished', turn_id: 'turn-1', stop_reason: 'error', error: 'no model' },
    { type: 'update_queue', queue: [], removed: [{ client_message_id: 'cm-3', disposition: 'cancelled' }] },
    { type: 'input_held', runtime, item: { kind: 'input', id: 'cm-4' } },
    { type: 'input_expired', runtime, kind: 'input', id: 'cm-4' },
    { type: 'input_refused', runtime, kind: 'input', id: 'cm-5', error: 'queue full' },
  );
  expect(view.results).toMatchObject({
    'cm-1': { turnId: 'turn-1', stopReason: 'error', error: 'no model' },
    'cm-2': { turnId: 'turn-1' },
    'cm-3': { turnId: null, stopReason: 'withdrawn' },
    'cm-4': { stopReason: 'expired' },
    'cm-5': { stopReason: 'refused', error: 'queue full' },
  });
  expect(view.held).toEqual([]);
  expect(view.lastTurn?.turnId).toBe('turn-1');
});

test('SDK-26 an error that is told twice is shown once; a status line is shown as what it is', () => {
  const view = apply(
    delta({ message_type: 'error_message', id: 'e1', message: 'no key' }),
    delta({ message_type: 'loop_error', id: 'e2', message: 'no key', is_terminal: true }),
    delta({ message_type: 'status', id: 's1', message: 'Interrupted', level: 'warning' }),
  );
  expect(view.entries).toMatchObject([
    { about: 'error', level: 'error', text: 'no key' },
    { about: 'status', level: 'warning', text: 'Interrupted' },
  ]);
});

test('SDK-27 what is not understood, or belongs to a background helper, changes nothing', () => {
  const view = apply(
    {
      type: 'stream_delta',
      subagent_id: 's',
      delta: { message_type: 'assistant_message', id: 'm', content: 'x' },
    },
    delta({ message_type: 'of_the_future', id: 'm' }),
    { type: 'stream_delta' },
    { type: 'control_request', request: null },
    { type: 'update_queue' },
    { type: 'snapshot' },
  );
  expect(view).toEqual(emptyTranscript.view);
});

test('SDK-28 a message whose turn goes on over a gap still learns how it ended', () => {
  const busy = {
    status: 'PROCESSING_API_RESPONSE',
    active_run_ids: ['run-1'],
    client_message_ids_by_run_id: { 'run-1': ['cm-1'] },
  };
  const view = apply(
    { type: 'snapshot', cursor: 'life.5', messages: [], open_run: [], queue: [], loop_status: busy },
    { type: 'turn_finished', cursor: 'life.6', turn_id: 'turn-1', stop_reason: 'end_turn' },
  );
  expect(view.results['cm-1']).toMatchObject({ turnId: 'turn-1', stopReason: 'end_turn' });
});

test('SDK-29 a turn that names no messages ends those of its run, and none of an earlier one', () => {
  const loop_status = {
    status: 'PROCESSING_API_RESPONSE',
    active_run_ids: ['run-2'],
    client_message_ids_by_run_id: { 'run-1': ['cm-1'], 'run-2': ['cm-2'] },
  };
  const end = { type: 'turn_finished', turn_id: 'batch-2', stop_reason: 'end_turn', run_id: 'run-2' };
  const ended = { 'cm-2': { turnId: 'batch-2', stopReason: 'end_turn' } };
  for (const told of [
    { type: 'update_loop_status', loop_status },
    { type: 'snapshot', messages: [], open_run: [], queue: [], loop_status },
  ]) {
    const { results } = apply(told, end);
    expect(results).toMatchObject(ended);
    expect(Object.keys(results)).toEqual(['cm-2']);
  }
});

test.each([
  [
    'a part of its own',
    [
      { type: 'text', text: REMINDER },
      { type: 'text', text: 'hello\n\nthere' },
    ],
    'hello\n\nthere',
  ],
  [
    'in the middle of a part',
    [{ type: 'text', text: `hello ${REMINDER}\n` }, { type: 'image' }],
    'hello\n[image]',
  ],
  ['in a text', `${REMINDER}\n\nhello${REMINDER}`, 'hello'],
  ['without an end', '<system-reminder> hello', '<system-reminder> hello'],
])("SDK-30 a reminder is not shown as a person's words: %s", (_, content, text) => {
  const message = { message_type: 'user_message', id: 'u', otid: 'cm-1', content };
  const stored = apply({ type: 'snapshot', messages: [message], open_run: [], queue: [] });
  for (const { entries } of [apply(delta(message)), stored])
    expect(entries).toMatchObject([{ key: 'user:cm-1', text }]);
});

test('SDK-30 a message that is nothing but reminders is not shown', () => {
  const message = { message_type: 'user_message', id: 'u', otid: 'cm-1', content: REMINDER };
  const stored = apply({ type: 'snapshot', messages: [message], open_run: [], queue: [] });
  for (const { entries } of [apply(delta(message)), stored]) expect(entries).toEqual([]);
});

test('D8 a message that its host posts again under another otid is the same', () => {
  const told = { message_type: 'user_message', content: 'hi' };
  const { entries } = apply(
    delta({ ...told, id: 'x', otid: 'cm-1' }),
    delta({ ...told, id: 'y', otid: 'fresh', client_message_id: 'cm-1' }),
  );
  expect(entries).toMatchObject([{ key: 'user:cm-1', clientMessageId: 'cm-1' }]);
});

test('SDK-28 also when the first snapshot after the gap comes while the host is still away', () => {
  const idle = { status: 'WAITING_ON_INPUT' };
  const snapshot = { type: 'snapshot', messages: [], open_run: [], queue: [], loop_status: idle };
  const laptop = { id: 'env-1', name: 'laptop' };
  const begin = delta({ message_type: 'user_message', id: 'u', otid: 'cm-1', content: 'go' });
  const end = { type: 'turn_finished', turn_id: 'turn-1', stop_reason: 'end_turn' };
  const away = { ...snapshot, environment: { ...laptop, status: 'offline' } };
  expect(apply(begin, away, end).results['cm-1']?.turnId).toBe('turn-1');
  const there = { ...snapshot, environment: { ...laptop, status: 'online' } };
  expect(apply(begin, there, end).results['cm-1']).toBeUndefined();
});

test('G-16 a snapshot that begins behind a call does not show its result as a call without a name', () => {
  const { view } = reduceFrame(emptyTranscript, {
    type: 'snapshot',
    cursor: 'life.1',
    messages: [
      {
        id: 'm-1',
        message_type: 'tool_return_message',
        tool_call_id: 'call-1',
        status: 'success',
        tool_return: 'x',
      },
      { id: 'm-2', message_type: 'assistant_message', content: 'so', run_id: 'run-2' },
    ],
    open_run: [],
  });
  expect(view.entries.map(({ key }) => key)).toEqual(['assistant:m-2']);
});

test('G-17 what a host still tells of a run that was cut off does not end the run that took its place', () => {
  const chunk = (run: string, seq: number, content: string): Frame => ({
    type: 'stream_delta',
    cursor: `life.${run === 'run-1' ? seq : 10 + seq}`,
    delta: { id: `m-${run}`, message_type: 'assistant_message', run_id: run, seq_id: seq, content },
  });
  const frames: Frame[] = [
    {
      type: 'snapshot',
      cursor: 'life.0',
      messages: [],
      open_run: [chunk('run-2', 1, 'one').delta as object],
    },
    chunk('run-1', 1, 'cut'),
    {
      type: 'stream_delta',
      cursor: 'life.5',
      delta: { message_type: 'retry', run_id: 'run-1', message: 'again' },
    },
    chunk('run-2', 1, 'one'),
    chunk('run-2', 2, ' two'),
  ];
  const { view } = frames.reduce(reduceFrame, emptyTranscript);
  expect(view.entries.filter(({ kind }) => kind === 'assistant')).toMatchObject([{ text: 'one two' }]);
});

test('G-19 what still comes of a turn stands with it, when the next one has begun on another machine', () => {
  const of = (turn_id: string, delta: object, cursor: number): Frame => ({
    type: 'stream_delta',
    cursor: `life.${cursor}`,
    delta: { id: `m-${cursor}`, turn_id, run_id: `run-${turn_id}`, ...delta },
  });
  const said = (content: string, seq_id: number) => ({ message_type: 'assistant_message', content, seq_id });
  const call = {
    message_type: 'approval_request_message',
    seq_id: 9,
    tool_call: { tool_call_id: 'c', name: 'Read' },
  };
  const frames: Frame[] = [
    of('t1', { message_type: 'user_message', otid: 'one', content: 'one' }, 1),
    of('t1', said('a', 1), 2),
    { type: 'stream_delta', cursor: 'life.3', delta: { message_type: 'status', id: 's', message: 'note' } },
    of('t2', { message_type: 'user_message', otid: 'two', content: 'two' }, 4),
    of('t1', said('b', 2), 5),
    of('t2', said('c', 1), 6),
    of('t1', call, 7),
  ];
  const { view } = frames.reduce(reduceFrame, emptyTranscript);
  expect(view.entries.map(({ key }) => key)).toEqual([
    'user:one',
    'assistant:m-2',
    'note:s',
    'assistant:m-5',
    'tool:c',
    'user:two',
    'assistant:m-6',
  ]);
});

test('G-15 of a model that was stopped the words stay, and the calls that it was about to make go', () => {
  const of = (seq_id: number, fields: object): Frame => ({
    type: 'stream_delta',
    cursor: `life.${seq_id}`,
    delta: { id: 'm', run_id: 'run-1', seq_id, ...fields },
  });
  const frames = [
    of(1, { message_type: 'assistant_message', content: 'so' }),
    of(2, { message_type: 'approval_request_message', tool_call: { tool_call_id: 'c', name: 'Bash' } }),
    of(3, { message_type: 'stop_reason', stop_reason: 'cancelled' }),
  ];
  expect(frames.reduce(reduceFrame, emptyTranscript).view.entries).toMatchObject([
    { kind: 'assistant', text: 'so' },
  ]);
});

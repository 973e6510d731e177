import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  ApiError,
  createClient,
  type Session,
  type SessionTarget,
  type Update,
} from '../../src/client/index.ts';
import { FakeHub } from '../support/fake-hub.ts';

const token = 'sb_token+with/odd=characters';
let hub: FakeHub;
let sessions: Session[];

beforeEach(async () => {
  hub = await new FakeHub().start();
  sessions = [];
});
afterEach(async () => {
  for (const session of sessions) session.close();
  await hub.stop();
});

function open(target: SessionTarget = {}): Session {
  const session = createClient({ url: hub.url, token }).session(target);
  sessions.push(session);
  return session;
}

const accept = (extra: object = {}) => {
  hub.onFrame = ({ request_id, runtime }, socket) =>
    socket.send(JSON.stringify({ type: 'input_accepted', request_id, runtime, accepted: true, ...extra }));
};

test('SDK-1 the token goes as a sub-protocol, never in the address', async () => {
  const session = open();
  await session.ready;
  const [upgrade] = hub.upgrades;
  const offered = upgrade?.protocols.split(',').map((one) => one.trim()) ?? [];
  expect(offered[0]).toBe('signalbox');
  expect(Buffer.from(offered[1]?.replace('bearer.', '') ?? '', 'base64url').toString()).toBe(token);
  expect(hub.requests.join() + upgrade?.url).not.toContain('odd');
});

test('SDK-5 what is left out is chosen: the only environment online, the oldest agent, default', async () => {
  hub.environments.push({ id: 'env-2', connectionName: 'away', status: 'offline', connectionId: null });
  const session = open();
  await session.ready;
  expect(session.environmentId).toBe('env-1');
  expect(session.scope).toEqual({ agentId: 'agent-1', conversationId: 'default' });
  expect(hub.requests).toContain('GET /v1/agents/?limit=1&order=asc&sort_by=created_at');
});

test('SDK-5 with several environments online it is refused, with their names', async () => {
  hub.environments.push({ id: 'env-2', connectionName: 'staging', status: 'online', connectionId: 'c' });
  const refusal = await open().ready.catch((error: unknown) => error);
  expect(refusal).toBeInstanceOf(ApiError);
  expect((refusal as ApiError).message).toMatch(/2 environments are online.*laptop.*staging/);
});

test('SDK-5 an agent is made when the hub has none', async () => {
  hub.agents = [];
  const session = open();
  await session.ready;
  expect(hub.agents).toHaveLength(1);
  expect(session.scope?.agentId).toBe('agent-1');
});

test('SDK-5 a conversation says its agent', async () => {
  const session = open({ environment: 'laptop', conversation: 'conv-1' });
  await session.ready;
  expect(session.scope).toEqual({ agentId: 'agent-2', conversationId: 'conv-1' });
});

test.each([
  [{ environment: 'nowhere' }, /no environment "nowhere".*Known: laptop \(online\)/],
  [{ agent: 'nobody' }, /no agent "nobody"/],
  [{ conversation: 'conv-9' }, /no conversation "conv-9"/],
])(
  'SDK-6 a target that does not exist ends the session and what was asked of it: %j',
  async (target, message) => {
    const session = open(target);
    const sent = session.send('hello');
    await expect(session.ready).rejects.toThrow(message);
    expect(await sent).toMatchObject({ ok: false, error: expect.stringMatching(message) });
    expect(session.view().link).toBe('refused');
  },
);

test('SDK-6 a token that the hub does not know is said so; a hub that fails is tried again', async () => {
  hub.failures.set('GET /v1/environments', {
    status: 401,
    body: { error: 'unauthorized', message: 'no such token' },
  });
  await expect(open().ready).rejects.toThrow(/no such token.*token save/);
  hub.failures.set('GET /v1/environments', { status: 503, body: 'starting' });
  const session = open();
  await vi.waitFor(() => expect(hub.requests.length).toBeGreaterThan(1));
  hub.failures.clear();
  session.probe();
  await vi.waitFor(() => expect(session.view().link).toBe('live'), 5_000);
});

test('SDK-7 every command is answered by its own answer', async () => {
  accept({ disposition: 'queued', held: { environment: 'laptop', until: 'later' } });
  const session = open();
  const [one, two] = await Promise.all([
    session.send('one'),
    session.send('two', { clientMessageId: 'cm-2' }),
  ]);
  expect(one).toMatchObject({ ok: true, disposition: 'queued', held: { environment: 'laptop' } });
  expect(two.clientMessageId).toBe('cm-2');
  const payloads = hub.frames.filter(({ type }) => type === 'input').map(({ payload }) => payload);
  expect(payloads).toEqual([
    {
      kind: 'create_message',
      messages: [expect.objectContaining({ content: 'one', otid: one.clientMessageId })],
    },
    { kind: 'create_message', messages: [expect.objectContaining({ content: 'two', otid: 'cm-2' })] },
  ]);
});

test('SDK-29 a turn that ends before its message is posted ends the message that it was begun with', async () => {
  const session = open();
  await session.ready;
  hub.onFrame = ({ request_id, payload }, socket) => {
    const disposition = JSON.stringify(payload).includes('first') ? 'started' : 'queued';
    socket.send(JSON.stringify({ type: 'input_accepted', request_id, accepted: true, disposition }));
  };
  const queued = await session.send('second');
  const started = await session.send('first');
  hub.say({ type: 'turn_finished', turn_id: 'batch-1', stop_reason: 'error', error: 'no such model' });
  await vi.waitFor(() => expect(session.view().lastTurn).not.toBeNull());
  const { results } = session.view();
  expect(results[started.clientMessageId]).toMatchObject({ stopReason: 'error', error: 'no such model' });
  expect(results[queued.clientMessageId]).toBeUndefined();
});

test('SDK-7 a refusal is an answer, with who was first', async () => {
  hub.onFrame = ({ request_id }, socket) => {
    const decided = { by: 'anna', behavior: 'deny', at: 'then' };
    socket.send(
      JSON.stringify({ type: 'input_accepted', request_id, accepted: false, error: 'decided', decided }),
    );
  };
  const session = open();
  expect(await session.answer('perm-1', { behavior: 'allow', updatedInput: { command: 'ls' } })).toEqual({
    ok: false,
    error: 'decided',
    code: null,
    decided: { by: 'anna', behavior: 'deny', at: 'then' },
    held: null,
  });
  expect(hub.frames.at(-1)).toMatchObject({
    payload: { request_id: 'perm-1', decision: { behavior: 'allow', updated_input: { command: 'ls' } } },
  });
});

test('SDK-7 each command is the frame of the wire', async () => {
  hub.onFrame = ({ request_id, type }, socket) =>
    socket.send(
      JSON.stringify({
        type: `${type}_response`,
        request_id,
        success: true,
        aborted: true,
        status: 'withdrawn',
      }),
    );
  const session = open();
  await session.ready;
  hub.say({
    type: 'update_loop_status',
    cursor: 'life.1',
    loop_status: { status: 'SENDING_API_REQUEST', turn_id: 'turn-7' },
  });
  await vi.waitFor(() => expect(session.view().loopStatus?.turn_id).toBe('turn-7'));
  expect(await session.abort()).toMatchObject({ ok: true, aborted: true });
  expect(await session.withdraw('cm-1')).toMatchObject({ ok: true, status: 'withdrawn' });
  await session.removeQueued('q-1');
  await session.resumeQueue();
  await session.setMode('strict');
  await session.setCwd('/tmp');
  expect(hub.frames.slice(1)).toMatchObject([
    { type: 'abort_message', turn_id: 'turn-7' },
    { type: 'withdraw_input', client_message_id: 'cm-1' },
    { type: 'remove_queue_item', item_id: 'q-1' },
    { type: 'resume_queue' },
    { type: 'change_device_state', payload: { mode: 'strict' } },
    { type: 'change_device_state', payload: { cwd: '/tmp' } },
  ]);
});

test('SDK-8 over an outage a message is sent again with the same ids until it is answered', async () => {
  const session = open();
  await session.ready;
  const sent = session.send('hello');
  await vi.waitFor(() => expect(hub.frames.at(-1)?.type).toBe('input'));
  const first = hub.frames.at(-1);
  hub.drop();
  await vi.waitFor(() => expect(session.view().link).toBe('settling'));
  accept();
  session.probe();
  expect(await sent).toMatchObject({ ok: true });
  expect(first).not.toHaveProperty('resent');
  expect(hub.frames.at(-1)).toEqual({ ...first, resent: true });
});

test('SDK-12 of a conversation that the hub knows nothing of, the host is asked', async () => {
  hub.snapshot = { device_status: null };
  const session = open();
  await session.ready;
  await vi.waitFor(() => expect(hub.frames.map(({ type }) => type)).toEqual(['resume', 'sync']));
});

test('SDK-9 closing answers what is open and says so', async () => {
  const session = open();
  await session.ready;
  const sent = session.send('hello');
  await vi.waitFor(() => expect(hub.frames.at(-1)?.type).toBe('input'));
  session.close();
  expect(await sent).toMatchObject({ ok: false, code: 'closed' });
  expect(session.view().link).toBe('closed');
  expect(await session.send('more')).toMatchObject({ ok: false, code: 'closed' });
  const warned = vi.spyOn(console, 'warn').mockReturnValue(undefined);
  session.close();
  session.probe();
  expect(warned).not.toHaveBeenCalled();
  warned.mockRestore();
});

test('D27 numbers that jump or come out of order never make it ask for everything again', async () => {
  const session = open();
  await session.ready;
  for (const event_seq of [9, 2, 700, 3])
    hub.say({
      type: 'environment_status',
      event_seq,
      seq: event_seq,
      environment: { id: 'env-1', name: `n${event_seq}` },
    });
  await vi.waitFor(() => expect(session.view().environment?.name).toBe('n3'));
  await vi.waitFor(() => expect(hub.acks.at(-1)).toBe(3));
  expect(hub.frames.map(({ type }) => type)).toEqual(['resume']);
});

test('SDK-10 garbage from the hub changes nothing', async () => {
  const session = open();
  await session.ready;
  const updates: Update[] = [];
  const unsubscribe = session.subscribe((update) => updates.push(update));
  for (const socket of hub.sockets) {
    socket.send('no json');
    socket.send('[1]');
    socket.send(Buffer.from('{"type":"binary"}'));
  }
  hub.say({ type: 'from_the_future', cursor: 'life.1' });
  await vi.waitFor(() => expect(updates).toHaveLength(1));
  expect(updates[0]?.frame?.type).toBe('from_the_future');
  unsubscribe();
  hub.say({ type: 'turn_finished', cursor: 'life.2', turn_id: 't', stop_reason: 'end_turn' });
  await vi.waitFor(() => expect(session.view().lastTurn?.turnId).toBe('t'));
  expect(updates).toHaveLength(1);
});

test('SDK-11 a listener that throws stops neither the session nor the other listeners', async () => {
  const session = open();
  await session.ready;
  const others = process.listeners('uncaughtException');
  const uncaught = vi.fn();
  process.removeAllListeners('uncaughtException').on('uncaughtException', uncaught);
  try {
    const unsubscribe = session.subscribe(() => {
      throw new Error('a bug of somebody');
    });
    const updates: Update[] = [];
    session.subscribe((update) => updates.push(update));
    hub.say({ type: 'turn_finished', cursor: 'life.1', turn_id: 't', stop_reason: 'end_turn' });
    await vi.waitFor(() => expect(uncaught).toHaveBeenCalledOnce());
    expect(updates).toHaveLength(1);
    unsubscribe();
  } finally {
    process.removeAllListeners('uncaughtException');
    for (const listener of others) process.on('uncaughtException', listener);
  }
});

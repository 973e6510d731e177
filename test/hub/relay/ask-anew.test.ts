import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { accept, FakeHost } from './fake-host.ts';
import { ForeignHost } from './foreign-host.ts';
import { TestClient } from './test-client.ts';
import { startTestHub, type TestHub } from './test-hub.ts';

let hub: TestHub;
beforeEach(async () => {
  hub = await startTestHub();
});
afterEach(() => hub.close());

const runtime = (conversation_id: string) => ({ agent_id: 'agent-1', conversation_id });

/** A host that was last heard with one conversation running and one at rest. */
async function lastHeardRunning(): Promise<FakeHost> {
  const host = await new FakeHost(hub).connect();
  for (const [conversation, status] of [
    ['conv-runs', 'EXECUTING_CLIENT_SIDE_TOOL'],
    ['conv-rests', 'WAITING_ON_INPUT'],
    ['default', 'WAITING_ON_APPROVAL'],
  ])
    host.send({ type: 'update_loop_status', runtime: runtime(conversation ?? ''), loop_status: { status } });
  host.send({ type: 'app_server_info_response', request_id: 'mark' });
  await vi.waitFor(() => expect(host.sender.unacknowledgedBytes).toBe(0));
  return host;
}

test('G-13 a host that comes without its past is asked what became of the turns it was last heard with', async () => {
  await (await lastHeardRunning()).cut();
  const next = new FakeHost(hub, { epoch: 'e2' });
  await next.connect();
  await vi.waitFor(() => expect(next.frames.of('sync')).toHaveLength(2));
  expect(next.frames.of('sync').map((frame) => frame.runtime)).toEqual(
    expect.arrayContaining([runtime('conv-runs'), runtime('default')]),
  );
});

test('G-13 a hub in a new life asks it too', async () => {
  const host = await lastHeardRunning();
  await hub.restart();
  await host.connect();
  await vi.waitFor(() => expect(host.frames.of('sync')).toHaveLength(2));
});

test('a host that goes on where it was is asked nothing', async () => {
  const host = await lastHeardRunning();
  await host.cut();
  await host.connect();
  host.delta('conv-runs', 'x');
  await vi.waitFor(() => expect(host.sender.unacknowledgedBytes).toBe(0));
  expect(host.frames.of('sync')).toEqual([]);
});

describe('a foreign host', () => {
  const asks = [{ request_id: 'perm-1', request: { tool_call_id: 'call-1' } }];
  const states = (loop: string, pending: object[], queue: object[]) => [
    {
      type: 'update_device_status',
      device_status: { is_processing: pending.length > 0, pending_control_requests: pending },
    },
    { type: 'update_loop_status', loop_status: { status: loop, active_run_ids: [] } },
    { type: 'update_queue', queue, removed: [] },
  ];
  const tell = (host: ForeignHost, frames: object[]) => {
    for (const frame of frames) host.send({ ...frame, runtime: runtime('conv-1') });
  };

  /** It asks for an approval, with one more message in its queue, and is followed by a client. */
  async function lastHeardAsking(host: ForeignHost): Promise<TestClient> {
    await host.connect();
    const client = await TestClient.open(hub, 'letta');
    await client.resume('conv-1');
    tell(host, states('WAITING_ON_APPROVAL', asks, [{ id: 'q-1', client_message_id: 'cm-1' }]));
    await client.frames.next('update_queue');
    client.frames.clear();
    return client;
  }
  const shown = ({ frames }: TestClient) => {
    const last = <T>(type: string): T => frames.of(type).at(-1) as T;
    const device = last<{ device_status: object }>('update_device_status');
    const loop = last<{ loop_status: object }>('update_loop_status');
    return {
      ...device?.device_status,
      ...loop?.loop_status,
      queue: last<{ queue: [] }>('update_queue')?.queue,
    };
  };
  const atRest = {
    is_processing: false,
    pending_control_requests: [],
    status: 'WAITING_ON_INPUT',
    queue: [],
  };

  test('G-24 that comes back is asked, and what it leaves out of its answer is taken back from its clients', async () => {
    const host = new ForeignHost(hub);
    const client = await lastHeardAsking(host);
    host.cut();
    await client.frames.next('environment_status');
    await host.register();
    await host.connect();
    const asked = await host.frames.next('sync');
    expect(asked).toMatchObject({ runtime: runtime('conv-1'), force_device_status: true });
    await vi.waitFor(() => expect(shown(client)).toMatchObject(atRest));
    const late = await TestClient.open(hub, 'letta');
    await late.resume('conv-1');
    expect(await late.frames.next('snapshot')).toMatchObject({
      queue: [],
      loop_status: { status: 'WAITING_ON_INPUT' },
      device_status: { pending_control_requests: [] },
    });
  });

  test('G-24 that still has what it asked keeps it', async () => {
    const host = new ForeignHost(hub, {
      reply: (frame) => {
        if (frame.type === 'sync') tell(host, states('WAITING_ON_APPROVAL', asks, []));
        return accept(frame);
      },
    });
    const client = await lastHeardAsking(host);
    host.cut();
    await client.frames.next('environment_status');
    await host.connect();
    await vi.waitFor(() => expect(shown(client)).toMatchObject({ status: 'WAITING_ON_APPROVAL', queue: [] }));
    expect(shown(client)).toMatchObject({ pending_control_requests: asks });
    expect(client.frames.of('update_device_status')).toHaveLength(1);
  });

  test('G-25 that lost its queue with its process: who sent what was in it is told, but not of what it had posted', async () => {
    const host = new ForeignHost(hub);
    const client = await lastHeardAsking(host);
    const queue = ['cm-1', 'cm-2'].map((id) => ({ id: `q-${id}`, client_message_id: id }));
    tell(host, states('PROCESSING_API_RESPONSE', [], queue));
    await client.frames.next('update_queue');
    host.cut();
    await client.frames.next('environment_status');
    hub.data.messages = [{ id: 'm', date: '', message_type: 'user_message', otid: 'cm-1' }];
    await host.connect();
    expect(await client.frames.next('input_refused')).toMatchObject({
      ...{ runtime: runtime('conv-1'), kind: 'input', id: 'cm-2' },
      error: expect.stringContaining('"letta" came back without it'),
    });
    expect(client.frames.of('input_refused')).toHaveLength(1);
  });

  test('G-25 that runs a turn may have taken them into it: nobody is told that they are lost', async () => {
    const host = new ForeignHost(hub, {
      reply: (frame) => {
        if (frame.type === 'sync') tell(host, states('SENDING_API_REQUEST', [], []));
        return accept(frame);
      },
    });
    const client = await lastHeardAsking(host);
    host.cut();
    await client.frames.next('environment_status');
    await host.connect();
    await vi.waitFor(() => expect(shown(client)).toMatchObject({ status: 'SENDING_API_REQUEST', queue: [] }));
    tell(host, [{ type: 'update_subagent_state', subagents: [] }]);
    await client.frames.next('update_subagent_state');
    expect(client.frames.of('input_refused')).toEqual([]);
  });

  test('G-24 that does not answer is believed what it said before', async () => {
    const host = new ForeignHost(hub, { reply: () => null });
    const client = await lastHeardAsking(host);
    host.cut();
    await client.frames.next('environment_status');
    await host.connect();
    await host.frames.next('sync');
    host.cut();
    await client.frames.count('environment_status', 3);
    expect(client.frames.of('update_loop_status')).toEqual([]);
  });
});

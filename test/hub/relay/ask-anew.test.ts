import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { FakeHost } from './fake-host.ts';
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

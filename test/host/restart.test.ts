import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { JsonObject } from '../../machines/ports.ts';
import type { FakeHub } from './fake-hub.ts';
import { startChildHost } from './support/child-host.ts';
import { fakeHub, startTestHost } from './support/test-host.ts';

let hub: FakeHub;
beforeEach(async () => {
  hub = await fakeHub();
});

/** A dead process may stay in the table until somebody asks how it ended. */
function isAlive(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.trim().startsWith('Z');
}
/** From here on the hub has heard nothing. */
const forget = () => hub.frames.splice(0);

describe('a host that was killed and starts again', () => {
  test('D17 APPR-70 asks the same question again, by control_request and in the device status, and takes the answer', async () => {
    const dead = await startChildHost(hub);
    hub.onPost = (run) =>
      run.results.length > 0 ? run.stop() : run.bash('call-1', 'echo hello').askApproval();
    hub.message('cm-1');
    const before = await hub.frame('control_request');
    await dead.kill();
    forget();
    await startTestHost(hub, dead);
    const again = await hub.frame('control_request');
    expect(again).toMatchObject({ request_id: before.request_id, request: before.request });
    const status = await hub.frame('update_device_status', 1, (frame) => {
      const { pending_control_requests } = frame.device_status as { pending_control_requests: unknown[] };
      return pending_control_requests.length > 0;
    });
    expect((status.device_status as JsonObject).pending_control_requests).toEqual([
      { request_id: before.request_id, request: before.request },
    ]);
    hub.answerApproval('call-1', { behavior: 'allow' });
    expect(await hub.frame('turn_finished')).toMatchObject({ stop_reason: 'end_turn' });
    expect(hub.runs[1]?.results).toMatchObject([{ tool_return: 'hello\n' }]);
    // Neither the message nor the step was posted anew.
    expect(hub.runs).toHaveLength(2);
  });

  test('HOST-140 takes up what it had accepted, in order, and tells the queue', async () => {
    const dead = await startChildHost(hub);
    hub.message('one');
    await hub.run(1);
    for (const id of ['two', 'three']) hub.message(id);
    await hub.reply('r-three');
    await dead.kill();
    forget();
    await startTestHost(hub, dead);
    expect(await hub.frame('update_queue')).toMatchObject({
      queue: [{ client_message_id: 'two' }, { client_message_id: 'three' }],
    });
    hub.runs[0]?.stop();
    expect((await hub.run(2)).texts).toEqual(['two', 'three']);
  });

  test('HOST-141 attaches to the run that went on without it', async () => {
    const dead = await startChildHost(hub);
    hub.message('one');
    const run = (await hub.run(1)).say('a');
    await hub.delta('assistant_message');
    await dead.kill();
    forget();
    run.say('b');
    await startTestHost(hub, dead);
    await hub.delta('assistant_message', 2);
    run.say('c').stop();
    await hub.frame('turn_finished');
    expect(hub.attached).toMatchObject([{ otid: 'one' }]);
    expect(hub.deltas('assistant_message').map(({ content }) => content)).toEqual(['a', 'b', 'c']);
    expect(hub.runs).toHaveLength(1);
  });

  test('HOST-142 never runs a cut-off command again: it is ended, and its outcome is unknown', async () => {
    const dead = await startChildHost(hub, { mode: 'unrestricted' });
    hub.onPost = (run) => {
      if (run.results.length > 0) return run.stop();
      run.bash('call-1', 'echo x >> ran; setsid sleep 100 & echo $! > pid; wait').askApproval();
    };
    hub.message('one');
    const file = join(dead.project, 'pid');
    await vi.waitFor(() => expect(existsSync(file) && readFileSync(file, 'utf8')).toMatch(/\d+\n/));
    const pid = Number(readFileSync(file, 'utf8'));
    await dead.kill();
    expect(isAlive(pid)).toBe(true);
    await startTestHost(hub, { ...dead, mode: 'unrestricted' });
    // Before it speaks.
    expect(isAlive(pid)).toBe(false);
    await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toEqual([
      {
        type: 'tool',
        tool_call_id: 'call-1',
        status: 'error',
        outcome: 'unknown',
        tool_return:
          'Outcome unknown: the host stopped while this ran. It may have run fully, partly or not at all. ' +
          'Check before you repeat it.',
      },
    ]);
    expect(readFileSync(join(dead.project, 'ran'), 'utf8')).toBe('x\n');
  });

  test('D3 HOST-143 knows a message that comes again', async () => {
    const dead = await startChildHost(hub);
    hub.onPost = (run) => run.stop();
    hub.message('one');
    await hub.frame('turn_finished');
    await dead.kill();
    forget();
    await startTestHost(hub, dead);
    hub.message('one');
    expect(await hub.reply('r-one')).toMatchObject({ accepted: true, disposition: 'started' });
    hub.message('two');
    expect((await hub.run(2)).texts).toEqual(['two']);
  });

  test('D14 HOST-144 keeps the mode and the directory that were chosen', async () => {
    const dead = await startChildHost(hub);
    hub.send('change_device_state', { request_id: 'r', payload: { mode: 'unrestricted', cwd: dead.home } });
    expect(await hub.reply('r')).toMatchObject({ success: true });
    await dead.kill();
    forget();
    await startTestHost(hub, { ...dead, mode: 'strict' });
    hub.send('sync');
    expect((await hub.frame('update_device_status')).device_status).toMatchObject({
      current_permission_mode: 'unrestricted',
      current_working_directory: dead.home,
    });
  });

  test('HOST-145 finishes a cancellation, and leaves the queue paused', async () => {
    const dead = await startChildHost(hub);
    hub.onCancel = () => ({ status: 503, body: {} });
    hub.message('one');
    await hub.run(1);
    hub.message('two');
    await hub.reply('r-two');
    hub.send('abort_message', { request_id: 'r-abort' });
    expect(await hub.reply('r-abort')).toMatchObject({ aborted: true });
    await dead.kill();
    forget();
    hub.cancels.splice(0);
    hub.onCancel = () => ({ status: 200, body: {} });
    await startTestHost(hub, dead);
    expect(await hub.frame('turn_finished')).toMatchObject({ stop_reason: 'cancelled' });
    expect(hub.cancels).toHaveLength(1);
    hub.send('sync', { request_id: 'r-sync' });
    await hub.reply('r-sync');
    expect(hub.of('update_queue').at(-1)).toMatchObject({
      queue: [{ client_message_id: 'two', paused: true }],
    });
    expect(hub.runs).toHaveLength(1);
  });

  test('HOST-146 is the same host: same device, same name, another life', async () => {
    const dead = await startChildHost(hub);
    await dead.kill();
    await startTestHost(hub, dead);
    const [first, second] = hub.registrations;
    for (const field of ['deviceId', 'listenerInstanceId', 'connectionName'])
      expect(second?.[field]).toBe(first?.[field]);
    const epochs = hub.registrations.map((body) => (body.metadata as JsonObject).signalboxEpoch);
    expect(new Set(epochs).size).toBe(2);
  });

  test('HOST-147 says nothing when nothing is unfinished', async () => {
    const dead = await startChildHost(hub);
    hub.onPost = (run) => run.stop();
    hub.message('one');
    await hub.frame('turn_finished');
    await dead.kill();
    forget();
    await startTestHost(hub, dead);
    hub.send('app_server_info', { request_id: 'r' });
    await hub.reply('r');
    expect(hub.frames).toHaveLength(1);
  });
});

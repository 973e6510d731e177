import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import type { JsonObject } from '../../machines/ports.ts';
import type { FakeHub } from './fake-hub.ts';
import { fakeHub, startTestHost } from './support/test-host.ts';

const texts = (hub: FakeHub) => hub.deltas('assistant_message').map(({ content }) => content);
/** The link breaks, and the host finds it at once: it registers anew (after a second, when that was just so). */
async function breakLink(hub: FakeHub): Promise<void> {
  const count = hub.registrations.length;
  hub.close(1008, 'Unknown environment');
  await vi.waitFor(() => expect(hub.registrations.length).toBeGreaterThan(count), {
    interval: 5,
    timeout: 5_000,
  });
}

describe('a host whose link breaks', () => {
  test('D2 HOST-170 brings what was said meanwhile, once and in order', async () => {
    const hub = await fakeHub();
    await startTestHost(hub);
    hub.message('one');
    const run = (await hub.run(1)).say('a');
    await hub.delta('assistant_message');
    hub.cut();
    run.say('b').say('c').stop();
    // By itself, after a second or so.
    await hub.frame('turn_finished');
    expect(texts(hub)).toEqual(['a', 'b', 'c']);
    const numbers = hub.frames.flatMap((frame) =>
      typeof frame.event_seq === 'number' ? [frame.event_seq] : [],
    );
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
    expect(hub.registrations).toHaveLength(1);
  });

  test('HOST-171 says so, and tells when it comes back', async () => {
    const hub = await fakeHub();
    const { statuses, log } = await startTestHost(hub);
    hub.cut();
    await vi.waitFor(() => expect(statuses.map(({ state }) => state)).toContain('reconnecting'));
    expect(statuses.at(-1)?.detail).toMatch(/^Reconnecting \(attempt 1, retry in \ds\)/);
    await vi.waitFor(() => expect(statuses.at(-1)?.state).toBe('connected'), { timeout: 5_000 });
    const told = log.lines().map(({ verb }) => verb);
    expect(told.filter((verb) => verb === 'connected')).toHaveLength(2);
  });

  test('D5 HOST-172 that is not known any more registers anew; its turns and questions go on', async () => {
    const hub = await fakeHub();
    await startTestHost(hub);
    hub.onPost = (run) => {
      if (run.texts[0] === 'one') run.bash('call-1', 'echo hello').askApproval();
      else if (run.texts[0] === 'two') run.say('a');
      else run.stop();
    };
    hub.message('one');
    hub.message('two', {}, 'conv-2');
    await hub.frame('control_request');
    await hub.delta('assistant_message');
    await breakLink(hub);
    hub.runs
      .find((run) => run.texts[0] === 'two')
      ?.say('b')
      .stop();
    expect(await hub.frame('turn_finished')).toMatchObject({ runtime: { conversation_id: 'conv-2' } });
    expect(texts(hub)).toEqual(['a', 'b']);
    hub.answerApproval('call-1', { behavior: 'allow' });
    await hub.frame('turn_finished', 2);
    // The new registration is the one by which it names itself.
    expect(hub.runs.at(-1)?.posted.headers['x-signalbox-environment']).toBe('env-1 2');
  });

  test('D1 HOST-173 loses no message: a queue goes on without a link', async () => {
    const hub = await fakeHub();
    await startTestHost(hub);
    hub.message('one');
    const first = await hub.run(1);
    hub.message('two');
    await hub.reply('r-two');
    hub.onRegister = () => ({ status: 503, body: {} });
    await breakLink(hub);
    first.stop();
    (await hub.run(2)).say('answer').stop();
    hub.onRegister = () => null;
    await hub.frame('turn_finished', 2);
    expect(texts(hub)).toEqual(['answer']);
  });

  test('HOST-174 tells a hub that has forgotten it the events anew, no old answers, and its whole state', async () => {
    const hub = await fakeHub();
    await startTestHost(hub);
    hub.onPost = (run) => run.bash('call-1', 'echo hello').askApproval();
    hub.message('one');
    await hub.frame('control_request');
    hub.message('two');
    await hub.reply('r-two');
    hub.forgetLink();
    hub.frames.splice(0);
    await breakLink(hub);
    await hub.frame('update_subagent_state');
    expect(hub.of('control_request').at(-1)).toMatchObject({ request_id: 'perm-call-1' });
    expect(hub.of('update_loop_status').at(-1)).toMatchObject({
      loop_status: { status: 'WAITING_ON_APPROVAL' },
    });
    expect(hub.of('update_queue').at(-1)).toMatchObject({ queue: [{ client_message_id: 'two' }] });
    expect(hub.of('update_device_status').at(-1)).toMatchObject({
      device_status: { current_connection_id: 'conn-2' },
    });
    expect(hub.of('input_accepted')).toEqual([]);
  });
});

test('HOST-179 a hub that is another one, and then the old one again, gets its turns back; no command runs twice', async () => {
  const hub = await fakeHub();
  const { project } = await startTestHost(hub, { mode: 'unrestricted' });
  hub.onPost = (run) => {
    if (run.results.length > 0) return run.stop();
    if (run.texts[0] === 'one') run.bash('call-1', 'echo x >> ran; sleep 100').askApproval();
  };
  hub.message('one');
  await vi.waitFor(() => expect(existsSync(join(project, 'ran'))).toBe(true), { interval: 5 });
  hub.hubId = 'hub-2';
  hub.forgetLink();
  await breakLink(hub);
  await hub.connected();
  hub.message('elsewhere', {}, 'conv-2');
  await hub.run(2);
  expect(hub.of('turn_finished')).toEqual([]);
  hub.hubId = 'hub-1';
  hub.forgetLink();
  await breakLink(hub);
  expect(await hub.frame('turn_finished')).toMatchObject({ runtime: { conversation_id: 'conv-1' } });
  expect(hub.runs.at(-1)?.results).toMatchObject([{ tool_call_id: 'call-1', outcome: 'unknown' }]);
  expect(readFileSync(join(project, 'ran'), 'utf8')).toBe('x\n');
});

describe('a step whose stream breaks', () => {
  test('HOST-175 is attached to again, and shows nothing twice', async () => {
    const hub = await fakeHub();
    await startTestHost(hub);
    hub.message('one');
    const run = (await hub.run(1)).say('a').say('b');
    await hub.delta('assistant_message', 2);
    run.cut();
    await hub.frame('update_loop_status', 1, (frame) =>
      JSON.stringify(frame.loop_status).includes('RETRYING_API_REQUEST'),
    );
    run.say('c');
    await hub.delta('assistant_message', 3);
    run.say('d').stop();
    await hub.frame('turn_finished');
    expect(texts(hub)).toEqual(['a', 'b', 'c', 'd']);
    expect(hub.runs).toHaveLength(1);
    expect(hub.attached).toMatchObject([{ otid: 'one' }]);
    // It is no failure of the model.
    expect(hub.deltas('retry')).toEqual([]);
  });

  test('HOST-176 that the hub interrupted is posted again with the same body', async () => {
    const hub = await fakeHub();
    await startTestHost(hub);
    hub.message('one');
    const run = (await hub.run(1)).say('half');
    await hub.delta('assistant_message');
    const { body } = run.posted;
    // The hub has started anew and knows the run as failed.
    hub.runs.splice(0);
    run
      .chunk({ message_type: 'error_message', error_type: 'interrupted', message: 'the hub restarted' })
      .stop('error');
    const again = await hub.run(1);
    expect(again.posted.body).toEqual(body);
    expect(await hub.delta('retry')).toMatchObject({ run_id: run.id, reason: 'hub_restarted' });
    again.say('whole').stop();
    expect(await hub.frame('turn_finished')).toMatchObject({ stop_reason: 'end_turn' });
  });
});

describe('a hub that is not ours', () => {
  test('HOST-177 gets everything by one socket without numbers, and the same turn', async () => {
    const hub = await fakeHub({ isLinked: false });
    const { host } = await startTestHost(hub);
    hub.onPost = (run) => run.say('hello').stop();
    hub.message('one');
    await hub.frame('turn_finished');
    expect(hub.frames.some((frame) => 'n' in frame)).toBe(false);
    expect(host.environmentId()).toBeNull();
    expect(hub.runs[0]?.posted.headers['x-letta-environment-device-id']).toBe(host.deviceId);
    expect(hub.runs[0]?.posted.headers['x-signalbox-environment']).toBeUndefined();
  });

  test('HOST-178 gets the whole state again after each break, and the question by the same request', async () => {
    const hub = await fakeHub({ isLinked: false });
    await startTestHost(hub);
    hub.onPost = (run) =>
      run.results.length > 0 ? run.stop() : run.bash('call-1', 'echo hello').askApproval();
    hub.message('one');
    const before = await hub.frame('control_request');
    await breakLink(hub);
    expect(await hub.frame('control_request', 2)).toMatchObject({ request_id: before.request_id });
    await hub.frame('update_subagent_state');
    hub.answerApproval('call-1', { behavior: 'allow' });
    await hub.frame('turn_finished');
    const statuses = hub.of('update_device_status').map((frame) => frame.device_status as JsonObject);
    expect(statuses.at(-1)).toMatchObject({ pending_control_requests: [] });
  });
});

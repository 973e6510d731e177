import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { JsonObject } from '../../machines/ports.ts';
import type { FakeHub, Frame } from './fake-hub.ts';
import { processesOf } from './support/processes-of.ts';
import { fakeHub, startTestHost } from './support/test-host.ts';

let hub: FakeHub;
beforeEach(async () => {
  hub = await fakeHub();
});

const abort = (fields: object = {}) => hub.send('abort_message', { request_id: 'r-abort', ...fields });
const queue = () => hub.of('update_queue').at(-1)?.queue as { client_message_id: string; paused?: boolean }[];
const loop = () => hub.of('update_loop_status').at(-1)?.loop_status as JsonObject;

describe('an abort', () => {
  test('HOST-130 of a running command leaves no process behind, and the hub is told how it ended', async () => {
    await startTestHost(hub, { mode: 'unrestricted' });
    const seconds = `100.${process.pid}`;
    hub.onPost = (run) =>
      run.bash('call-1', `sleep ${seconds} & setsid sleep ${seconds} & sleep ${seconds}`).askApproval();
    hub.message('cm-1');
    await hub.delta('client_tool_start');
    await vi.waitFor(() => expect(processesOf(`sleep ${seconds}`).length).toBeGreaterThanOrEqual(3));
    abort();
    expect(await hub.reply('r-abort')).toMatchObject({
      type: 'abort_message_response',
      aborted: true,
      success: true,
    });
    const finished = await hub.frame('turn_finished');
    expect(finished).toMatchObject({ stop_reason: 'cancelled' });
    expect(processesOf(`sleep ${seconds}`)).toEqual([]);
    expect(hub.cancels).toMatchObject([
      {
        path: '/v1/conversations/conv-1/cancel',
        headers: { 'x-signalbox-environment': 'env-1 1', 'x-signalbox-turn': finished.turn_id },
        body: {
          turn_id: finished.turn_id,
          approvals: [{ type: 'tool', tool_call_id: 'call-1', status: 'error', outcome: 'cancelled' }],
        },
      },
    ]);
    expect(hub.deltas('client_tool_end')).toMatchObject([{ status: 'error', outcome: 'cancelled' }]);
    expect(hub.deltas('status')).toMatchObject([{ message: 'Interrupted' }]);
  });

  test('HOST-131 while the model answers ends the run at the hub', async () => {
    await startTestHost(hub);
    hub.message('cm-1');
    const run = (await hub.run(1)).say('a');
    await hub.delta('assistant_message');
    abort({ run_id: run.id });
    await hub.frame('turn_finished');
    expect(hub.cancels).toMatchObject([{ body: { approvals: [] } }]);
    await vi.waitFor(() => expect(run.readers).toBe(0));
    expect(hub.loops().at(-1)).toBe('WAITING_ON_INPUT');
  });

  test('HOST-132 while a person is asked withdraws the question', async () => {
    await startTestHost(hub);
    hub.onPost = (run) => run.bash('call-1', 'echo hello').bash('call-2', 'echo hello').askApproval();
    hub.message('cm-1');
    await hub.frame('control_request', 2);
    abort();
    await hub.frame('turn_finished');
    expect(hub.cancels).toMatchObject([
      { body: { approvals: [{ tool_call_id: 'call-1' }, { tool_call_id: 'call-2' }] } },
    ]);
    expect(hub.of('update_device_status').at(-1)).toMatchObject({
      device_status: { pending_control_requests: [], is_processing: false },
    });
    hub.answerApproval('call-1', { behavior: 'allow' });
    expect(await hub.reply('r-call-1')).toMatchObject({ accepted: false });
    expect(hub.deltas('client_tool_start')).toEqual([]);
  });

  test('D12 HOST-133 while the provider is given time ends the turn at once', async () => {
    await startTestHost(hub);
    hub.onPost = (run) =>
      run
        .chunk({
          message_type: 'error_message',
          error_type: 'llm_error',
          message: 'busy',
          retry_after_ms: 60_000,
        })
        .stop('llm_api_error');
    hub.message('cm-1');
    expect(await hub.delta('retry')).toMatchObject({ attempt: 1, delay_ms: 60_000, run_id: 'run-1' });
    abort();
    expect(await hub.frame('turn_finished')).toMatchObject({ stop_reason: 'cancelled' });
    expect(hub.runs).toHaveLength(1);
  });

  test('HOST-134 with nothing to abort says so', async () => {
    await startTestHost(hub);
    abort();
    expect(await hub.reply('r-abort')).toMatchObject({ aborted: false, success: true });
  });

  test('HOST-134 of another turn or another run aborts nothing', async () => {
    await startTestHost(hub);
    hub.message('cm-1');
    (await hub.run(1)).say('a');
    await hub.delta('assistant_message');
    for (const [request_id, named] of [
      ['r-1', { turn_id: 'turn-of-before' }],
      ['r-2', { run_id: 'run-of-before' }],
    ] as const) {
      abort({ request_id, ...named });
      expect(await hub.reply(request_id)).toMatchObject({ aborted: false });
    }
    expect(hub.of('turn_finished')).toEqual([]);
    abort({ turn_id: loop().turn_id, run_id: 'run-1' });
    await hub.frame('turn_finished');
  });

  test('HOST-135 again and again is confirmed, and happens once', async () => {
    await startTestHost(hub);
    hub.message('cm-1');
    await hub.run(1);
    for (const request_id of ['r-1', 'r-2', 'r-3']) abort({ request_id });
    for (const request_id of ['r-1', 'r-2', 'r-3']) expect((await hub.reply(request_id)).success).toBe(true);
    await hub.frame('turn_finished');
    expect(hub.cancels).toHaveLength(1);
    expect(hub.of('turn_finished')).toHaveLength(1);
  });
});

describe('the queue after an abort', () => {
  const aborted = async () => {
    await startTestHost(hub);
    hub.message('cm-1');
    await hub.run(1);
    for (const id of ['two', 'three']) hub.message(id);
    await hub.reply('r-three');
    abort();
    await hub.frame('turn_finished');
    await hub.frame('update_queue', 1, (frame: Frame) =>
      (frame.queue as { paused?: boolean }[]).some((item) => item.paused),
    );
  };

  test('HOST-136 is paused, and shown so', async () => {
    await aborted();
    expect(queue()).toMatchObject([
      { client_message_id: 'two', paused: true },
      { client_message_id: 'three', paused: true },
    ]);
    expect(hub.runs).toHaveLength(1);
  });

  test('HOST-136 goes on when it is told to', async () => {
    await aborted();
    hub.send('resume_queue', { request_id: 'r-resume' });
    expect(await hub.reply('r-resume')).toMatchObject({
      type: 'resume_queue_response',
      resumed: 2,
      success: true,
    });
    expect((await hub.run(2)).texts).toEqual(['two', 'three']);
  });

  test('HOST-136 goes on with a new message, which comes last', async () => {
    await aborted();
    hub.message('four');
    expect((await hub.run(2)).texts).toEqual(['two', 'three', 'four']);
  });
});

test('HOST-137 a hub that is away when a turn is cancelled is told when it is back', async () => {
  await startTestHost(hub);
  hub.message('cm-1');
  await hub.run(1);
  hub.onCancel = () => ({ status: 503, body: {} });
  abort();
  expect(await hub.reply('r-abort')).toMatchObject({ aborted: true });
  await vi.waitFor(() => expect(hub.cancels).toHaveLength(1));
  hub.onCancel = () => ({ status: 200, body: {} });
  // The host is registered anew, so the hub is back.
  hub.close(1008, 'Unknown environment');
  expect(await hub.frame('turn_finished')).toMatchObject({ stop_reason: 'cancelled' });
  expect(hub.cancels.length).toBeGreaterThanOrEqual(2);
});

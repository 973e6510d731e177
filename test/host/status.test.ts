import { beforeEach, describe, expect, test, vi } from 'vitest';
import { callFor, chunk, endStep, Rig } from './support/rig.ts';
import { bash, SCOPE } from './support/samples.ts';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});

const loop = () => rig.of('update_loop_status').at(-1)?.loop_status as Record<string, unknown>;
const device = () => rig.of('update_device_status').at(-1)?.device_status as Record<string, unknown>;
const isProcessing = () => device().is_processing;
const shows = (status: string) => vi.waitFor(() => expect(loop()?.status).toBe(status), { interval: 2 });

describe('the loop status', () => {
  test('HOST-200 is read off the states of the turn', async () => {
    rig.message('one');
    const step = await rig.step(1);
    await shows('SENDING_API_REQUEST');
    expect(loop()).toEqual({
      status: 'SENDING_API_REQUEST',
      active_run_ids: [],
      executing_tool_call_ids: [],
      turn_id: 'turn-1',
    });
    step.say({ type: 'step.sent' });
    await shows('WAITING_FOR_API_RESPONSE');
    chunk(step, 'a');
    await shows('PROCESSING_API_RESPONSE');
    expect(loop()).toMatchObject({
      active_run_ids: ['run-1'],
      client_message_ids_by_run_id: { 'run-1': ['one'] },
    });
    callFor(step, [bash('call-1')]);
    await shows('WAITING_ON_APPROVAL');
    expect(isProcessing()).toBe(true);
    rig.answerApproval('call-1', { behavior: 'allow' });
    const call = await rig.call(1);
    await shows('EXECUTING_CLIENT_SIDE_TOOL');
    expect(loop()).toMatchObject({ executing_tool_call_ids: ['call-1'], turn_id: 'turn-1' });
    call.end({});
    endStep(await rig.step(2));
    await rig.frame('turn_finished');
    expect(loop()).toEqual({ status: 'WAITING_ON_INPUT', active_run_ids: [], executing_tool_call_ids: [] });
    expect(isProcessing()).toBe(false);
    // And nothing else in between.
    expect(rig.loops().filter((status, i, all) => status !== all[i - 1])).toEqual([
      'SENDING_API_REQUEST',
      'WAITING_FOR_API_RESPONSE',
      'PROCESSING_API_RESPONSE',
      'WAITING_ON_APPROVAL',
      'EXECUTING_CLIENT_SIDE_TOOL',
      'SENDING_API_REQUEST',
      'WAITING_ON_INPUT',
    ]);
  });

  test('D6 HOST-201 is WAITING_ON_APPROVAL only while nothing moves and a person’s answer is missing', async () => {
    rig.message('one');
    callFor(await rig.step(1), [
      bash('call-1'),
      { id: 'call-2', name: 'Read', arguments: '{"file_path":"a"}' },
    ]);
    const read = await rig.call(1);
    await rig.frame('control_request');
    expect(loop()).toMatchObject({
      status: 'EXECUTING_CLIENT_SIDE_TOOL',
      executing_tool_call_ids: ['call-2'],
    });
    read.end({});
    await shows('WAITING_ON_APPROVAL');
    expect(loop()).toMatchObject({ executing_tool_call_ids: [] });
  });

  test('HOST-202 shows a retry while the hub or the provider is waited for', async () => {
    rig.message('one');
    const step = await rig.step(1);
    const failed = { type: 'step.failed', message: 'x', runId: null, retryable: true } as const;
    step.say({ ...failed, cause: 'provider', retryAfterMs: 60_000 });
    await shows('RETRYING_API_REQUEST');
    expect(isProcessing()).toBe(true);
  });

  test('HOST-203 is WAITING_ON_INPUT, and nothing is processed, while a turn is cancelled', async () => {
    rig.onCancelRun = () => new Promise(() => undefined);
    rig.message('one');
    await rig.step(1);
    rig.send('abort_message', { request_id: 'r' });
    await rig.reply('r');
    await shows('WAITING_ON_INPUT');
    expect(isProcessing()).toBe(false);
    expect(rig.of('turn_finished')).toEqual([]);
  });

  test('HOST-203 also while the conversation waits for another environment', async () => {
    rig.message('one');
    (await rig.step(1)).say({ type: 'step.waiting', environment: 'staging' });
    await rig.frame('update_queue');
    expect(rig.of('update_queue')[0]).toMatchObject({
      queue: [{ client_message_id: 'one', waiting_for: 'staging' }],
    });
    await shows('WAITING_ON_INPUT');
    expect(isProcessing()).toBe(false);
  });

  test('HOST-204 of a conversation that rests is WAITING_ON_INPUT', async () => {
    rig.send('sync', { request_id: 'r' });
    await rig.reply('r');
    expect(loop()).toEqual({ status: 'WAITING_ON_INPUT', active_run_ids: [], executing_tool_call_ids: [] });
  });
});

describe('the device status', () => {
  const synced = async () => {
    rig.send('sync', { request_id: 'r-sync' });
    await rig.reply('r-sync');
    return device();
  };

  test('HOST-205 tells what this host is and how this conversation stands', async () => {
    expect(await synced()).toEqual({
      current_connection_id: 'conn-1',
      connection_name: 'laptop',
      is_online: true,
      is_processing: false,
      current_permission_mode: 'standard',
      current_working_directory: rig.project,
      cwd_revision: 0,
      git_context: null,
      letta_code_version: null,
      signalbox_version: '0.0.0',
      current_toolset: 'default',
      current_toolset_preference: 'default',
      available_toolsets: [],
      current_loaded_tools: ['Bash', 'Read', 'Write', 'Edit', 'Glob', 'Grep'],
      current_available_skills: [],
      background_processes: [],
      pending_control_requests: [],
      experiments: [],
      memory_directory: null,
      reflection_settings: null,
      supported_commands: [],
    });
  });

  test('HOST-206 is told when it has changed, and not otherwise', async () => {
    rig.message('one');
    callFor(await rig.step(1), [{ id: 'call-1', name: 'Read', arguments: '{"file_path":"a"}' }]);
    (await rig.call(1)).end({});
    endStep(await rig.step(2));
    await rig.frame('turn_finished');
    const told = rig.of('update_device_status').map((frame) => JSON.stringify(frame.device_status));
    expect(told).toHaveLength(2);
    expect(new Set(told).size).toBe(2);
  });

  test('HOST-206 is told to whoever asks, changed or not', async () => {
    await synced();
    rig.send('sync', { request_id: 'r-2' });
    await rig.reply('r-2');
    expect(rig.of('update_device_status')).toHaveLength(2);
  });

  test('D10 HOST-207 of one conversation shows nothing of another', async () => {
    rig.message('one');
    callFor(await rig.step(1), [bash('call-1')]);
    await rig.frame('control_request');
    rig.send('sync', { request_id: 'r' }, { ...SCOPE, conversationId: 'conv-2' });
    await rig.reply('r');
    expect(rig.of('update_device_status').at(-1)).toMatchObject({
      runtime: { conversation_id: 'conv-2' },
      device_status: { is_processing: false, pending_control_requests: [] },
    });
    expect(rig.of('control_request')).toHaveLength(1);
  });
});

test('BOUND-1 the device status of very many questions lists the oldest, each is asked, and one status tells of them all', async () => {
  const ids = Array.from({ length: 130 }, (_, n) => `call-${n}`);
  rig.message('one');
  callFor(
    await rig.step(1),
    ids.map((id) => bash(id)),
  );
  await rig.frame('control_request', 130);
  await shows('WAITING_ON_APPROVAL');
  const listed = () =>
    (device().pending_control_requests as { request_id: string }[]).map((one) => one.request_id);
  expect(listed()).toEqual(ids.slice(0, 100).map((id) => `perm-${id}`));
  expect(device().pending_control_request_count).toBe(130);
  const told = rig.of('update_device_status').length;
  rig.answerApproval('call-129', { behavior: 'deny' });
  await vi.waitFor(() => expect(device().pending_control_request_count).toBe(129));
  expect(rig.of('update_device_status').length).toBeLessThan(told + 5);
  rig.answerApproval('call-0', { behavior: 'deny' });
  await vi.waitFor(() => expect(listed().at(-1)).toBe('perm-call-100'));
  rig.frames.length = 0;
  rig.send('sync', { request_id: 'again' });
  await rig.reply('again');
  expect(rig.of('control_request')).toHaveLength(128);
});

test('the device status of few questions needs no count', async () => {
  rig.message('one');
  callFor(await rig.step(1), [bash('call-1')]);
  await shows('WAITING_ON_APPROVAL');
  expect(device()).not.toHaveProperty('pending_control_request_count');
});

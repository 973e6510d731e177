import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { OutboxCommand } from '../../machines/ports.ts';
import { createGate } from '../../src/host/gate.ts';
import { createOutbox } from '../../src/host/outbox.ts';
import { type Invoked, invoke } from '../actors/invoked.ts';
import { chunk, endStep, Rig } from './support/rig.ts';
import { AT, asking, bash, SCOPE, submission } from './support/samples.ts';

let rig: Rig;
beforeEach(() => {
  rig = new Rig();
});

describe('what a conversation says', () => {
  /** An outbox on the rig's conversation, which is opened and rests. */
  async function outbox(): Promise<{ told: Record<string, unknown>[]; box: Invoked<{ type: string }> }> {
    rig.send('sync', { request_id: 'r' });
    await rig.reply('r');
    const told: Record<string, unknown>[] = [];
    const box = invoke<{ type: string }>(
      createOutbox({
        gate: createGate(rig.store.db, (error) => rig.faults.push(error)),
        emit: (event) => told.push(event as unknown as Record<string, unknown>),
        answer: (frame) => told.push(frame),
        snapshot: (scope) => rig.conversations.snapshot(scope),
        pending: () => [],
        deviceStatus: (_, processing) => ({ is_processing: processing }) as never,
        committed: () => rig.store.db.committed,
        now: () => Date.parse(AT),
      }),
      { scope: SCOPE },
    );
    return { told, box };
  }
  const runtime = { agent_id: 'agent-1', conversation_id: 'conv-1' };

  test('HOST-210 leaves when the disk has what it rests on, in the order it was said', async () => {
    const { told, box } = await outbox();
    const { db, conversations, inputs } = rig.store;
    db.transaction(() => inputs.accept(conversations.ensure('hub-1', SCOPE).id, submission('one'), 'queued'));
    const commands: OutboxCommand[] = [
      { type: 'outbox.reply', frame: { type: 'input_accepted' } },
      { type: 'outbox.show', what: ['queue', 'loop', 'device'] },
      { type: 'outbox.delta', delta: { message_type: 'status' } },
      { type: 'outbox.ask', standing: asking(bash('call-1')) },
      {
        type: 'outbox.turnFinished',
        turnId: 't',
        stopReason: 'end_turn',
        runId: null,
        error: null,
        usage: null,
      },
      { type: 'outbox.sync', reply: { type: 'sync_response' } },
    ];
    for (const command of commands) box.tell(command);
    expect(told).toEqual([]);
    await db.barrier();
    await vi.waitFor(() => expect(told).toHaveLength(13));
    expect(told.map(({ type }) => type)).toEqual([
      'input_accepted',
      'update_queue',
      'update_loop_status',
      'update_device_status',
      'stream_delta',
      'control_request',
      'update_loop_status',
      'turn_finished',
      'update_device_status',
      'update_loop_status',
      'update_queue',
      'update_subagent_state',
      'sync_response',
    ]);
    expect(rig.faults).toEqual([]);
  });

  test('HOST-211 a delta has an id and a date; those of a chunk are its own', async () => {
    const { told, box } = await outbox();
    const own = { id: 'm', date: 'then', message_type: 'assistant_message', content: 'a' };
    for (const delta of [{ message_type: 'status' }, own])
      box.tell({ type: 'outbox.delta', delta } as OutboxCommand);
    expect(told).toEqual([
      {
        type: 'stream_delta',
        runtime,
        delta: { id: expect.stringMatching(/^lifecycle-/), date: AT, message_type: 'status' },
      },
      { type: 'stream_delta', runtime, delta: own },
    ]);
  });

  test('HOST-212 of the end of a turn holds what there is to say', async () => {
    const { told, box } = await outbox();
    const end = { type: 'outbox.turnFinished', turnId: 't', stopReason: 'error' } as const;
    box.tell({ ...end, runId: 'run-1', error: 'x', usage: { total_tokens: 3 } } as OutboxCommand);
    box.tell({ ...end, runId: null, error: null, usage: null } as OutboxCommand);
    const finished = { type: 'turn_finished', runtime, turn_id: 't', stop_reason: 'error' };
    expect(told).toEqual([
      { ...finished, run_id: 'run-1', error: 'x', usage: { total_tokens: 3 } },
      finished,
    ]);
  });

  test('HOST-213 shows each message of an input, with its sender', async () => {
    const { told, box } = await outbox();
    const item = {
      ...{ id: 'q-1', seq: 1, clientMessageId: 'cm-1', optionsKey: '{}', sender: 'Ada', enqueuedAt: AT },
      messages: [
        { role: 'user', content: 'a', otid: 'cm-1' },
        { role: 'user', content: [{ type: 'text', text: 'b' }], otid: 'o-2' },
      ],
    };
    box.tell({ type: 'outbox.echo', items: [item] } as OutboxCommand);
    expect(told.map(({ delta }) => delta)).toMatchObject([
      {
        message_type: 'user_message',
        id: 'user-msg-cm-1',
        otid: 'cm-1',
        content: 'a',
        acting_user_id: 'Ada',
      },
      { message_type: 'user_message', id: 'user-msg-o-2', otid: 'o-2', client_message_id: 'cm-1' },
    ]);
  });
});

describe('a turn', () => {
  test('D8 HOST-214 shows its prompts when it begins, queued or not', async () => {
    rig.message('one');
    const step = await rig.step(1);
    rig.message('two');
    await rig.reply('r-two');
    endStep(step);
    await rig.step(2);
    await vi.waitFor(() => expect(rig.deltas('user_message')).toHaveLength(2));
    expect(rig.deltas('user_message')).toMatchObject([
      { content: 'text of one' },
      { content: 'text of two' },
    ]);
  });

  test('D22 HOST-215 is told whether anybody asked for it or not', async () => {
    rig.store.inputs.accept(rig.store.conversations.ensure('hub-1', SCOPE).id, submission('one'), 'queued');
    rig.conversations.recover();
    const step = await rig.step(1);
    chunk(step, 'a');
    endStep(step);
    await rig.frame('turn_finished');
    expect(rig.deltas('assistant_message')).toHaveLength(1);
  });

  test('D24 HOST-216 shows the output of each tool as its own', async () => {
    rig.message('one');
    const read = (id: string) => ({ id, name: 'Read', arguments: '{"file_path":"a"}' });
    (await rig.step(1)).say({
      type: 'step.ended',
      runId: 'run-1',
      stopReason: 'requires_approval',
      calls: [read('call-1'), read('call-2')],
      usage: null,
    });
    const second = await rig.call(2);
    second.print('half');
    second.end({ text: 'whole' });
    await vi.waitFor(() => expect(rig.deltas('client_tool_end')).toHaveLength(1));
    const told = rig.deltas().filter((delta) => delta.tool_call_id === 'call-2');
    expect(told.map(({ message_type, id }) => [message_type, id])).toEqual([
      ['client_tool_start', expect.any(String)],
      ['tool_return_message', 'synthetic-tool-return-stream-call-2'],
      ['client_tool_end', expect.any(String)],
      ['tool_return_message', 'synthetic-tool-return-call-2'],
    ]);
    expect(rig.steps).toHaveLength(1);
  });
});

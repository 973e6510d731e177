import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../machines/ports.ts';
import type { FakeHub, Frame } from './fake-hub.ts';
import { TOKEN } from './fake-hub.ts';
import { fakeHub, startTestHost } from './support/test-host.ts';

let hub: FakeHub;
beforeEach(async () => {
  hub = await fakeHub();
});

/** A frame in one word: what it is and what it says of the state. */
function brief(frame: Frame): string {
  if (frame.type === 'stream_delta') return `Δ ${(frame.delta as JsonObject).message_type}`;
  if (frame.type === 'update_loop_status') return `LS:${(frame.loop_status as JsonObject).status}`;
  return frame.type.replace('update_device_status', 'DS').replace('update_queue', 'Q');
}
const order = () => hub.frames.map(brief);
const loopOf = (frame: Frame | undefined) => frame?.loop_status as JsonObject;

describe('a plain turn', () => {
  test('HOST-100 is told in the order of protocol.md 5.2, on one stream', async () => {
    await startTestHost(hub);
    hub.onPost = (run) => run.say('Hel').say('lo').stop();
    hub.message('cm-1');
    await hub.frame('turn_finished');
    expect(order()).toEqual([
      'input_accepted',
      'Δ user_message',
      'LS:SENDING_API_REQUEST',
      'DS',
      'LS:WAITING_FOR_API_RESPONSE',
      'LS:PROCESSING_API_RESPONSE',
      'Δ assistant_message',
      'Δ assistant_message',
      'Δ stop_reason',
      'Δ usage_statistics',
      'LS:WAITING_ON_INPUT',
      'DS',
      'turn_finished',
    ]);
    expect(hub.frames[0]).toMatchObject({
      request_id: 'r-cm-1',
      accepted: true,
      disposition: 'started',
      client_message_id: 'cm-1',
    });
    expect(hub.frames.at(-1)).toMatchObject({ stop_reason: 'end_turn', run_id: 'run-1' });
    const numbers = hub.frames.flatMap((frame) => (frame.event_seq === undefined ? [] : [frame.event_seq]));
    expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  });

  test('HOST-101 is posted with the person’s words under their own key, the tools and who this host is', async () => {
    await startTestHost(hub);
    hub.send('input', {
      payload: {
        kind: 'create_message',
        messages: [{ role: 'user', content: [{ type: 'text', text: 'hi' }], client_message_id: 'cm-1' }],
      },
      runtime: { agent_id: 'agent-1', conversation_id: 'conv-1', acting_user_id: 'Ada' },
    });
    const { posted } = await hub.run(1);
    expect(posted).toMatchObject({
      conversation: 'conv-1',
      body: {
        messages: [
          { role: 'user', content: [{ type: 'text', text: 'hi' }], otid: 'cm-1', acting_user_id: 'Ada' },
        ],
        streaming: true,
        stream_tokens: true,
        background: true,
      },
    });
    expect(posted.body.client_tools.map(({ name }) => name)).toEqual([
      'Bash',
      'Read',
      'Write',
      'Edit',
      'Glob',
      'Grep',
    ]);
    const turn = (await hub.frame('update_loop_status')).loop_status as JsonObject;
    expect(posted.headers['x-signalbox-environment']).toBe('env-1 1');
    expect(posted.headers['x-signalbox-turn']).toBe(turn.turn_id);
  });

  test('HOST-101 of the default conversation names its agent', async () => {
    await startTestHost(hub);
    hub.message('cm-1', {}, 'default');
    const { posted } = await hub.run(1);
    expect([posted.conversation, posted.body.agent_id]).toEqual(['default', 'agent-1']);
  });

  test('HOST-102 offers only the tools, and asks only the model, that its sender wants', async () => {
    await startTestHost(hub);
    hub.message('cm-1', { client_tool_allowlist: ['Read', 'Hammer'], override_model: 'demo/scripted' });
    const { posted } = await hub.run(1);
    expect(posted.body.client_tools.map(({ name }) => name)).toEqual(['Read']);
    expect(posted.body.override_model).toBe('demo/scripted');
  });

  test('D8 HOST-103 shows its prompt to everybody, with who sent it', async () => {
    await startTestHost(hub);
    hub.send('input', {
      payload: {
        kind: 'create_message',
        messages: [{ role: 'user', content: 'hi', client_message_id: 'cm-1' }],
      },
      runtime: { agent_id: 'agent-1', conversation_id: 'conv-1', acting_user_id: 'Ada' },
    });
    expect(await hub.delta('user_message')).toMatchObject({
      content: 'hi',
      otid: 'cm-1',
      client_message_id: 'cm-1',
      acting_user_id: 'Ada',
    });
  });

  test('HOST-104 passes each token on before the next one is there', async () => {
    await startTestHost(hub);
    hub.message('cm-1');
    const run = await hub.run(1);
    for (const [i, token] of ['a', 'b', 'c'].entries()) {
      run.say(token);
      expect(await hub.delta('assistant_message', i + 1)).toMatchObject({ content: token });
    }
    expect(hub.of('turn_finished')).toEqual([]);
  });

  test('HOST-105 its loop status names the turn, the run and the messages it answers', async () => {
    await startTestHost(hub);
    hub.message('cm-1');
    (await hub.run(1)).say('a');
    await hub.delta('assistant_message');
    const { turn_id, ...loop } = loopOf(hub.of('update_loop_status').at(-1));
    expect(loop).toEqual({
      status: 'PROCESSING_API_RESPONSE',
      active_run_ids: ['run-1'],
      client_message_ids_by_run_id: { 'run-1': ['cm-1'] },
      executing_tool_call_ids: [],
    });
    (await hub.run(1)).stop();
    expect(await hub.frame('turn_finished')).toMatchObject({ turn_id });
    expect(loopOf(hub.of('update_loop_status').at(-1))).toEqual({
      status: 'WAITING_ON_INPUT',
      active_run_ids: [],
      executing_tool_call_ids: [],
    });
  });
});

describe('a turn that fails', () => {
  test('D16 HOST-106 says why before it says that it is over', async () => {
    await startTestHost(hub);
    hub.onPost = (run) =>
      run
        .chunk({
          message_type: 'error_message',
          error_type: 'llm_error',
          message: 'bad key',
          retryable: false,
        })
        .stop('llm_api_error');
    hub.message('cm-1');
    const finished = await hub.frame('turn_finished');
    expect(finished).toMatchObject({ stop_reason: 'llm_api_error', error: 'bad key' });
    expect(hub.deltas('loop_error')).toMatchObject([{ message: 'bad key', is_terminal: true }]);
    expect(order().slice(-4)).toEqual(['LS:WAITING_ON_INPUT', 'DS', 'Δ loop_error', 'turn_finished']);
  });

  test('HOST-106 because the hub refuses it tells the hub’s words', async () => {
    await startTestHost(hub);
    hub.refusePost = () => ({ status: 422, body: { error: 'no_model', message: 'agent-1 has no model' } });
    hub.message('cm-1');
    expect(await hub.frame('turn_finished')).toMatchObject({
      stop_reason: 'error',
      error: 'agent-1 has no model',
    });
  });

  test('HOST-107 leaves the conversation ready for the next', async () => {
    await startTestHost(hub);
    hub.refusePost = () => ({ status: 403, body: { error: 'forbidden', message: 'no' } });
    hub.message('cm-1');
    await hub.frame('turn_finished');
    hub.refusePost = () => null;
    hub.onPost = (run) => run.say('hello').stop();
    hub.message('cm-2');
    expect(await hub.frame('turn_finished', 2)).toMatchObject({ stop_reason: 'end_turn' });
  });
});

describe('a turn with tools', () => {
  test('D6 D24 HOST-110 tells of each call when it starts, what it says and how it ends', async () => {
    const { project } = await startTestHost(hub);
    writeFileSync(join(project, 'a.txt'), 'hello\n');
    hub.onPost = (run) => {
      if (run.results.length > 0) return run.say('done').stop();
      run
        .call('call-1', 'Read', { file_path: 'a.txt' })
        .call('call-2', 'Read', { file_path: 'b.txt' })
        .askApproval();
    };
    hub.message('cm-1');
    await hub.frame('turn_finished');
    expect(hub.loops()).not.toContain('WAITING_ON_APPROVAL');
    expect(hub.deltas('approval_classification_end')).toMatchObject([
      { auto_allowed_tool_call_ids: ['call-1', 'call-2'], user_input_tool_call_ids: [] },
    ]);
    for (const [id, status] of [
      ['call-1', 'success'],
      ['call-2', 'error'],
    ]) {
      const told = hub.deltas().filter((delta) => delta.tool_call_id === id);
      expect(told.map(({ message_type }) => message_type)).toEqual([
        'client_tool_start',
        'client_tool_end',
        'tool_return_message',
      ]);
      expect(told[1]).toMatchObject({ status });
    }
  });

  test('HOST-111 hands the results over as the next step, under its own key', async () => {
    const { project } = await startTestHost(hub);
    writeFileSync(join(project, 'a.txt'), 'hello\n');
    hub.onPost = (run) => {
      if (run.results.length > 0) return run.say('done').stop();
      run.call('call-1', 'Read', { file_path: 'a.txt' }).askApproval();
    };
    hub.message('cm-1');
    const finished = await hub.frame('turn_finished');
    const [message] = hub.runs[1]?.posted.body.messages ?? [];
    expect(message).toEqual({
      type: 'approval',
      otid: `${finished.turn_id}:2`,
      approvals: [{ type: 'tool', tool_call_id: 'call-1', tool_return: '1\thello', status: 'success' }],
    });
    expect(finished).toMatchObject({ stop_reason: 'end_turn', run_id: 'run-2' });
  });

  test('D24 HOST-112 shows the output of a command while it runs', async () => {
    const { project } = await startTestHost(hub, { mode: 'unrestricted' });
    hub.onPost = (run) => {
      if (run.results.length > 0) return run.stop();
      run.bash('call-1', 'echo begun; until [ -e go ]; do sleep 0.02; done; echo ended').askApproval();
    };
    hub.message('cm-1');
    const live = await hub.delta('tool_return_message');
    expect(live).toMatchObject({
      id: 'synthetic-tool-return-stream-call-1',
      tool_return: expect.stringContaining('begun'),
    });
    expect(loopOf(hub.of('update_loop_status').at(-1))).toMatchObject({
      status: 'EXECUTING_CLIENT_SIDE_TOOL',
      executing_tool_call_ids: ['call-1'],
    });
    writeFileSync(join(project, 'go'), '');
    await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toMatchObject([{ tool_return: expect.stringContaining('ended') }]);
  });

  test('HOST-113 shows the token of the hub nowhere, whatever a tool prints', async () => {
    const { log } = await startTestHost(hub, { mode: 'unrestricted' });
    hub.onPost = (run) => {
      if (run.results.length > 0) return run.stop();
      // So that the call itself does not name it.
      run.bash('call-1', `echo ${TOKEN.slice(0, 8)}''${TOKEN.slice(8)}`).askApproval();
    };
    hub.message('cm-1');
    await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toMatchObject([{ tool_return: expect.stringContaining('[secret') }]);
    expect(JSON.stringify([hub.frames, hub.runs[1]?.posted.body])).not.toContain(TOKEN);
    expect(log.texts.join('\n')).not.toContain(TOKEN);
  });

  test('HOST-114 goes on after a call whose arguments are wrong: the model is told', async () => {
    await startTestHost(hub);
    hub.onPost = (run) => {
      if (run.results.length > 0) return run.stop();
      run.call('call-1', 'Bash', { cmd: 'ls' }).call('call-2', 'Hammer', {}).askApproval();
    };
    hub.message('cm-1');
    await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toMatchObject([
      { tool_call_id: 'call-1', approve: false, reason: expect.stringContaining('command') },
      { tool_call_id: 'call-2', approve: false, reason: expect.stringContaining('Hammer') },
    ]);
  });
});

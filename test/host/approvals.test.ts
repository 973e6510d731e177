import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../machines/ports.ts';
import type { FakeHub, Frame } from './fake-hub.ts';
import { fakeHub, startTestHost, type TestHost } from './support/test-host.ts';

let hub: FakeHub;
let here: TestHost;
beforeEach(async () => {
  hub = await fakeHub();
  here = await startTestHost(hub);
});

/** The model asks for these commands in one step and is content with what comes of them. */
function proposes(...commands: string[]): void {
  hub.onPost = (run) => {
    if (run.results.length > 0) return run.say('thank you').stop();
    for (const [i, command] of commands.entries()) run.bash(`call-${i + 1}`, command);
    run.askApproval();
  };
  hub.message('cm-1');
}
const asked = (frame: Frame) => frame.request as JsonObject;
const device = () => hub.of('update_device_status').at(-1)?.device_status as JsonObject;
const ALLOW = { behavior: 'allow' };

describe('a call that a person must allow', () => {
  test('APPR-50 is asked about by a control_request and in the device status, and waits', async () => {
    proposes('echo hello');
    const request = await hub.frame('control_request');
    expect(request).toMatchObject({
      request_id: 'perm-call-1',
      agent_id: 'agent-1',
      conversation_id: 'conv-1',
      runtime: { agent_id: 'agent-1', conversation_id: 'conv-1' },
      request: {
        subtype: 'can_use_tool',
        tool_name: 'Bash',
        input: { command: 'echo hello' },
        tool_call_id: 'call-1',
        permission_suggestions: [{ id: 'save-default', text: expect.stringContaining('echo hello') }],
        blocked_path: null,
      },
    });
    await hub.frame('update_device_status', 1, (frame) => {
      const { pending_control_requests } = frame.device_status as { pending_control_requests: unknown[] };
      return pending_control_requests.length > 0;
    });
    expect(device()).toMatchObject({
      is_processing: true,
      pending_control_requests: [{ request_id: 'perm-call-1', request: request.request }],
    });
    expect(hub.loops().at(-1)).toBe('WAITING_ON_APPROVAL');
    expect(hub.deltas('client_tool_start')).toEqual([]);
  });

  test('APPR-51 runs when it is allowed, and its result goes to the model', async () => {
    proposes('echo hello');
    await hub.frame('control_request');
    hub.answerApproval('call-1', ALLOW);
    expect(await hub.reply('r-call-1')).toMatchObject({ type: 'input_accepted', accepted: true });
    await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toMatchObject([{ type: 'tool', status: 'success', tool_return: 'hello\n' }]);
    expect(device()).toMatchObject({ is_processing: false, pending_control_requests: [] });
  });

  test('APPR-51 allowed with a comment runs, and the model reads the comment first', async () => {
    proposes('echo hello');
    await hub.frame('control_request');
    hub.answerApproval('call-1', { ...ALLOW, message: 'only "this" once' });
    await hub.frame('turn_finished');
    expect(String(hub.runs[1]?.results[0]?.tool_return)).toMatch(
      /^The user approved the tool execution with the following comment: .*this.*\nhello/,
    );
  });

  test('APPR-52 is told as denied, with the reason, when it is denied; the turn goes on', async () => {
    proposes(`touch ${join(here.project, 'never')}`);
    await hub.frame('control_request');
    hub.answerApproval('call-1', { behavior: 'deny', message: 'not on my machine' });
    const finished = await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toEqual([
      {
        type: 'approval',
        tool_call_id: 'call-1',
        approve: false,
        reason: 'not on my machine',
        decided: { by: null, behavior: 'deny', message: 'not on my machine' },
      },
    ]);
    expect(finished).toMatchObject({ stop_reason: 'end_turn' });
    expect(hub.deltas('client_tool_end')).toMatchObject([{ tool_call_id: 'call-1', status: 'error' }]);
    expect(existsSync(join(here.project, 'never'))).toBe(false);
  });

  test('APPR-52 an answer that is an error of the client counts as a denial', async () => {
    proposes('echo hello');
    await hub.frame('control_request');
    hub.send('input', {
      request_id: 'r-1',
      payload: { kind: 'approval_response', request_id: 'perm-call-1', error: 'the window was closed' },
    });
    await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toMatchObject([{ approve: false, reason: 'the window was closed' }]);
  });

  test('APPR-53 with edited arguments runs those, and everybody sees both', async () => {
    proposes('echo asked');
    await hub.frame('control_request');
    hub.answerApproval('call-1', { ...ALLOW, updated_input: { command: 'echo edited' } });
    await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toMatchObject([{ tool_return: 'edited\n' }]);
    expect(hub.deltas('client_tool_start')).toMatchObject([{ tool_args: '{"command":"echo edited"}' }]);
    expect(hub.deltas('approval_response_message')).toMatchObject([
      { approve: true, edited: true, tool_args: '{"command":"echo edited"}' },
    ]);
    expect(asked(await hub.frame('control_request'))).toMatchObject({ input: { command: 'echo asked' } });
    const recorded = here.log.texts.join('\n');
    expect(recorded).toContain('echo asked');
    expect(recorded).toContain('echo edited');
  });

  test('APPR-54 with arguments that a rule denies is refused and stays pending', async () => {
    mkdirSync(join(here.project, '.signalbox'));
    const rules = { permissions: { deny: ['Bash(rm:*)'] } };
    writeFileSync(join(here.project, '.signalbox', 'settings.json'), JSON.stringify(rules));
    proposes('echo asked');
    await hub.frame('control_request');
    hub.answerApproval('call-1', { ...ALLOW, updated_input: { command: 'rm -rf x' } }, 'r-bad');
    expect(await hub.reply('r-bad')).toMatchObject({ accepted: false, error: expect.stringContaining('rm') });
    hub.answerApproval('call-1', ALLOW);
    await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toMatchObject([{ tool_return: 'asked\n' }]);
  });

  test('APPR-55 answered by a second person is told to him: who decided what', async () => {
    proposes('echo hello');
    await hub.frame('control_request');
    const as = (who: string, decision: JsonObject) =>
      hub.send('input', {
        request_id: `r-${who}`,
        runtime: { agent_id: 'agent-1', conversation_id: 'conv-1', acting_user_id: who },
        payload: { kind: 'approval_response', request_id: 'perm-call-1', decision },
      });
    as('Ada', ALLOW);
    as('Bob', { behavior: 'deny', message: 'no' });
    as('Cyd', ALLOW);
    expect(await hub.reply('r-Bob')).toMatchObject({
      accepted: false,
      decided: { by: 'Ada', behavior: 'allow', at: expect.any(String) },
    });
    expect(await hub.reply('r-Cyd')).toMatchObject({ accepted: true, decided: { by: 'Ada' } });
    await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toHaveLength(1);
    as('Dan', { behavior: 'deny', message: 'too late' });
    expect(await hub.reply('r-Dan')).toMatchObject({ accepted: false, decided: { by: 'Ada' } });
    expect(hub.deltas('approval_response_message')).toMatchObject([{ acting_user_id: 'Ada' }]);
  });

  test('APPR-56 shows what a Write would change, and writes it', async () => {
    writeFileSync(join(here.project, 'a.txt'), 'old\n');
    hub.onPost = (run) => {
      if (run.results.length > 0) return run.stop();
      run.call('call-1', 'Write', { file_path: 'a.txt', content: 'new\n' }).askApproval();
    };
    hub.message('cm-1');
    const request = asked(await hub.frame('control_request'));
    expect(request.diffs).toMatchObject([
      {
        mode: 'advanced',
        hunks: [
          {
            lines: [
              { type: 'remove', content: 'old' },
              { type: 'add', content: 'new' },
            ],
          },
        ],
      },
    ]);
    hub.answerApproval('call-1', ALLOW);
    await hub.frame('turn_finished');
    expect(readFileSync(join(here.project, 'a.txt'), 'utf8')).toBe('new\n');
  });
});

describe('several calls of one step', () => {
  test('APPR-57 are asked about at once, and answered in any order', async () => {
    proposes('echo one', 'echo two', 'echo three');
    await hub.frame('control_request', 3);
    expect(hub.of('control_request').map((frame) => frame.request_id)).toEqual([
      'perm-call-1',
      'perm-call-2',
      'perm-call-3',
    ]);
    for (const id of ['call-3', 'call-1']) hub.answerApproval(id, ALLOW);
    hub.answerApproval('call-2', { behavior: 'deny', message: 'no' });
    await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toMatchObject([
      { tool_call_id: 'call-1', tool_return: 'one\n' },
      { tool_call_id: 'call-2', approve: false },
      { tool_call_id: 'call-3', tool_return: 'three\n' },
    ]);
  });

  test('APPR-58 that are allowed do not wait for a person’s answer about the others', async () => {
    writeFileSync(join(here.project, 'a.txt'), 'hello\n');
    hub.onPost = (run) => {
      if (run.results.length > 0) return run.stop();
      run.bash('call-1', 'echo asked').call('call-2', 'Read', { file_path: 'a.txt' }).askApproval();
    };
    hub.message('cm-1');
    expect(await hub.delta('client_tool_end')).toMatchObject({ tool_call_id: 'call-2', status: 'success' });
    expect(hub.of('turn_finished')).toEqual([]);
    hub.answerApproval('call-1', ALLOW);
    await hub.frame('turn_finished');
  });

  test('APPR-59 "always allow this" answers the same question everywhere in the conversation', async () => {
    proposes('echo same', 'echo same', 'echo other');
    await hub.frame('control_request', 3);
    hub.answerApproval('call-1', { ...ALLOW, selected_permission_suggestion_ids: ['save-default'] });
    await hub.delta('client_tool_end', 2);
    expect(hub.deltas('client_tool_start').map((delta) => delta.tool_call_id)).toEqual(['call-1', 'call-2']);
    expect(hub.deltas('approval_response_message')).toMatchObject([
      { approval_request_id: 'perm-call-1' },
      { approval_request_id: 'perm-call-2', acting_user_id: 'rule' },
    ]);
    hub.answerApproval('call-3', { behavior: 'deny', message: 'no' });
    await hub.frame('turn_finished');
    hub.onPost = (run) =>
      run.results.length > 0 ? run.stop() : run.bash('call-9', 'echo same').askApproval();
    hub.message('cm-2');
    await hub.frame('turn_finished', 2);
    expect(hub.of('control_request')).toHaveLength(3);
  });
});

describe('while a person is asked', () => {
  test('D15 APPR-60 the question outlives the connection, and who comes later may answer', async () => {
    proposes('echo hello');
    await hub.frame('control_request');
    hub.close(1008, 'Unknown environment');
    await hub.connected();
    hub.answerApproval('call-1', ALLOW);
    await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toMatchObject([{ tool_return: 'hello\n' }]);
  });

  test('D17 APPR-61 a sync asks again, by the same request in both places', async () => {
    proposes('echo hello');
    const first = await hub.frame('control_request');
    hub.send('sync', { request_id: 'r-sync' });
    await hub.reply('r-sync');
    const [, again] = hub.of('control_request');
    expect(again).toMatchObject({ request_id: first.request_id, request: first.request });
    expect(device().pending_control_requests).toEqual([
      { request_id: first.request_id, request: first.request },
    ]);
    const order = hub.frames.slice(hub.frames.indexOf(again as Frame)).map(({ type }) => type);
    expect(order).toEqual([
      'control_request',
      'update_device_status',
      'update_loop_status',
      'update_queue',
      'update_subagent_state',
      'sync_response',
    ]);
  });

  test('APPR-62 a change of the mode leaves the question, and holds for the next step', async () => {
    hub.onPost = (run) => {
      if (hub.runs.length === 3) return run.stop();
      run.bash(`call-${hub.runs.length}`, 'echo hello').askApproval();
    };
    hub.message('cm-1');
    await hub.frame('control_request');
    hub.send('change_device_state', { request_id: 'r-mode', payload: { mode: 'unrestricted' } });
    expect(await hub.reply('r-mode')).toMatchObject({ type: 'change_device_state_response', success: true });
    expect(device()).toMatchObject({
      current_permission_mode: 'unrestricted',
      pending_control_requests: [{ request_id: 'perm-call-1' }],
    });
    hub.answerApproval('call-1', ALLOW);
    await hub.frame('turn_finished');
    expect(hub.of('control_request')).toHaveLength(1);
  });
});

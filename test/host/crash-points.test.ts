import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { listenerInstanceId } from '../../src/host/identity.ts';
import { type HostStore, openHostStore } from '../../src/host/store/host-store.ts';
import type { FakeHub } from './fake-hub.ts';
import { AT, allowed, asking, bash, CHOSEN, HUB, SCOPE, submission, succeeded } from './support/samples.ts';
import { tempFolder } from './support/temp-store.ts';
import { fakeHub, startTestHost } from './support/test-host.ts';

let hub: FakeHub;
let home: string;
let project: string;
beforeEach(async () => {
  hub = await fakeHub();
  home = tempFolder();
  project = tempFolder();
});

/** What a life of the host wrote before it was cut off, in a store of the right name. */
function wrote(work: (store: HostStore, conversation: number) => void): void {
  const opened = openHostStore(home, listenerInstanceId('laptop'));
  if (!opened.ok) throw new Error('held');
  const { store } = opened;
  store.db.transaction(() => work(store, store.conversations.ensure(HUB, SCOPE).id));
  store.close();
}
function accepted(store: HostStore, conversation: number, ...ids: string[]): void {
  for (const id of ids) store.inputs.accept(conversation, submission(id), 'queued');
}
/** A turn over the first input, with the others waiting. */
function opened(store: HostStore, conversation: number, ...waiting: string[]): void {
  accepted(store, conversation, 'one', ...waiting);
  store.turns.open('turn-1', conversation, '{}', submission('one').messages);
  store.inputs.take('turn-1', [1]);
}
/** Its first step asked for these calls, each of them a file that it would make. */
function called(store: HostStore, conversation: number, ...ids: string[]): void {
  opened(store, conversation);
  store.turns.endStep('turn-1', 1, 'run-1');
  store.calls.propose(conversation, 'turn-1', 1, ids.map(touch));
}
const touch = (id: string) => bash(id, `touch ${join(project, id)}`);
const show = (store: HostStore, conversation: number, id: string) =>
  store.calls.show(store.calls.find(conversation, id)?.id ?? 0, asking(touch(id), { cwd: project }));
const decide = (store: HostStore, conversation: number, id: string) =>
  store.calls.decide(
    store.calls.find(conversation, id)?.id ?? 0,
    allowed({ command: `touch ${join(project, id)}` }),
    'Ada',
    AT,
  );
const made = (id: string) => existsSync(join(project, id));
const start = () => startTestHost(hub, { home, project });

describe('a host that was cut off', () => {
  test('HOST-150 after it had accepted begins the turn', async () => {
    wrote((store, conversation) => accepted(store, conversation, 'one', 'two'));
    await start();
    expect((await hub.run(1)).posted.body.messages).toMatchObject([{ otid: 'one' }, { otid: 'two' }]);
    expect(hub.attached).toEqual([]);
  });

  test('HOST-151 after it had opened the turn asks the hub for the step, and posts it when it is not known', async () => {
    wrote((store, conversation) => opened(store, conversation, 'two'));
    await start();
    const run = await hub.run(1);
    expect(hub.attached).toMatchObject([{ otid: 'one' }]);
    expect(run.posted.body.messages).toEqual(submission('one').messages);
    run.stop();
    expect(await hub.frame('turn_finished')).toMatchObject({ turn_id: 'turn-1' });
    expect((await hub.run(2)).texts).toEqual(['text of two']);
  });

  test('HOST-152 after the step had ended never asks for it again, and judges its calls', async () => {
    wrote((store, conversation) => called(store, conversation, 'call-1'));
    await start();
    expect(await hub.frame('control_request')).toMatchObject({ request_id: 'perm-call-1' });
    expect([hub.runs, hub.attached]).toEqual([[], []]);
  });

  test('HOST-153 after a person was asked asks again, and nobody’s mode decides it instead', async () => {
    wrote((store, conversation) => {
      called(store, conversation, 'call-1');
      show(store, conversation, 'call-1');
      store.conversations.setMode(conversation, 'unrestricted', CHOSEN);
    });
    await start();
    await hub.frame('control_request');
    expect(made('call-1')).toBe(false);
    hub.answerApproval('call-1', { behavior: 'deny', message: 'no' });
    expect((await hub.run(1)).results).toMatchObject([{ approve: false, reason: 'no' }]);
  });

  test('HOST-154 after a person had decided starts the call now', async () => {
    wrote((store, conversation) => {
      called(store, conversation, 'call-1');
      show(store, conversation, 'call-1');
      decide(store, conversation, 'call-1');
    });
    await start();
    expect((await hub.run(1)).results).toMatchObject([{ tool_call_id: 'call-1', status: 'success' }]);
    expect(made('call-1')).toBe(true);
    expect(hub.of('control_request')).toEqual([]);
  });

  test('HOST-155 after it had written its intent does not run the call: its outcome is unknown', async () => {
    wrote((store, conversation) => {
      called(store, conversation, 'call-1', 'call-2');
      for (const id of ['call-1', 'call-2']) {
        show(store, conversation, id);
        decide(store, conversation, id);
      }
      store.calls.intend('turn-1', 'call-1', { command: 'x' });
    });
    await start();
    expect((await hub.run(1)).results).toMatchObject([
      { tool_call_id: 'call-1', status: 'error', outcome: 'unknown' },
      { tool_call_id: 'call-2', status: 'success' },
    ]);
    expect([made('call-1'), made('call-2')]).toEqual([false, true]);
  });

  test('HOST-192 tells of a call that was cut off at once, also while another waits for a person', async () => {
    wrote((store, conversation) => {
      called(store, conversation, 'call-1', 'call-2');
      store.calls.intend('turn-1', 'call-1', { command: 'x' });
      show(store, conversation, 'call-2');
    });
    await start();
    await hub.frame('control_request');
    await hub.delta('client_tool_end');
    expect(hub.deltas('client_tool_end')).toMatchObject([{ tool_call_id: 'call-1', outcome: 'unknown' }]);
    expect(hub.runs).toEqual([]);
  });

  test('HOST-156 after it had written the outcome hands it over', async () => {
    wrote((store, conversation) => {
      called(store, conversation, 'call-1');
      store.calls.intend('turn-1', 'call-1', { command: 'x' });
      store.calls.settle('turn-1', 'call-1', succeeded);
    });
    await start();
    expect((await hub.run(1)).posted.body.messages).toMatchObject([
      { otid: 'turn-1:2', approvals: [{ tool_call_id: 'call-1', tool_return: 'done' }] },
    ]);
    expect(made('call-1')).toBe(false);
  });

  test('HOST-157 after it had opened the next step asks the hub for that one', async () => {
    wrote((store, conversation) => {
      called(store, conversation, 'call-1');
      store.calls.settle('turn-1', 'call-1', succeeded);
      store.turns.openStep('turn-1', 2, [{ type: 'approval', approvals: [], otid: 'turn-1:2' }]);
    });
    await start();
    await hub.run(1);
    expect(hub.attached).toMatchObject([{ otid: 'turn-1:2' }]);
  });

  test('HOST-158 after the turn was cancelled goes on cancelling, whatever its step was', async () => {
    wrote((store, conversation) => {
      called(store, conversation, 'call-1', 'call-2');
      show(store, conversation, 'call-1');
      store.calls.settle('turn-1', 'call-2', succeeded);
      store.turns.cancel('turn-1', 'Ada', AT);
      store.conversations.setPaused(conversation, true);
    });
    await start();
    expect(await hub.frame('turn_finished')).toMatchObject({ stop_reason: 'cancelled' });
    expect(hub.cancels).toMatchObject([
      {
        body: {
          turn_id: 'turn-1',
          approvals: [
            { tool_call_id: 'call-1', status: 'error', outcome: 'cancelled' },
            { tool_call_id: 'call-2', status: 'success' },
          ],
        },
      },
    ]);
    expect([hub.runs, hub.of('control_request')]).toEqual([[], []]);
  });

  test('HOST-159 after an abort leaves the queue as it was: paused', async () => {
    wrote((store, conversation) => {
      accepted(store, conversation, 'one');
      store.conversations.setPaused(conversation, true);
    });
    await start();
    expect(await hub.frame('update_queue')).toMatchObject({
      queue: [{ client_message_id: 'one', paused: true }],
    });
    hub.send('resume_queue', { request_id: 'r' });
    expect((await hub.run(1)).texts).toEqual(['text of one']);
  });

  test('HOST-160 leaves the turns of another hub alone until that hub is back', async () => {
    wrote((store) => {
      const other = store.conversations.ensure('hub-2', SCOPE).id;
      store.inputs.accept(other, submission('of another hub'), 'queued');
    });
    await start();
    hub.onPost = (run) => run.stop();
    hub.message('one');
    await hub.frame('turn_finished');
    expect(hub.runs.map((run) => run.texts)).toEqual([['one']]);
  });

  test('HOST-161 tells the whole state of each conversation that is not idle', async () => {
    wrote((store, conversation) => {
      called(store, conversation, 'call-1');
      show(store, conversation, 'call-1');
      accepted(store, conversation, 'two', 'three');
    });
    await start();
    await hub.frame('control_request');
    await hub.frame('update_subagent_state');
    expect(hub.of('update_queue').at(-1)).toMatchObject({
      queue: [{ client_message_id: 'two' }, { client_message_id: 'three' }],
    });
    await hub.frame('update_loop_status', 1, (frame) =>
      JSON.stringify(frame.loop_status).includes('WAITING_ON_APPROVAL'),
    );
    expect(hub.of('update_loop_status').at(-1)).toMatchObject({ loop_status: { turn_id: 'turn-1' } });
  });
});

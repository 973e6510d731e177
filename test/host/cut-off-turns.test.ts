import { beforeEach, expect, test } from 'vitest';
import { listenerInstanceId } from '../../src/host/identity.ts';
import { type HostStore, openHostStore } from '../../src/host/store/host-store.ts';
import { noteOrderlyEnd } from '../../src/host/store/orderly-end.ts';
import type { FakeHub } from './fake-hub.ts';
import { asking, bash, HUB, SCOPE, submission } from './support/samples.ts';
import { tempFolder } from './support/temp-store.ts';
import { fakeHub, startTestHost } from './support/test-host.ts';

let hub: FakeHub;
let home: string;
beforeEach(async () => {
  hub = await fakeHub();
  home = tempFolder();
});

/** A turn that so many starts of the host found cut off, and what else the last life wrote. */
function cutOff(
  times: number,
  more: (store: HostStore, conversation: number) => void = () => undefined,
): void {
  const opened = openHostStore(home, listenerInstanceId('laptop'));
  if (!opened.ok) throw new Error('held');
  const { store } = opened;
  store.db.transaction(() => {
    const { id } = store.conversations.ensure(HUB, SCOPE);
    store.inputs.accept(id, submission('one'), 'started');
    store.turns.open('turn-1', id, '{}', submission('one').messages);
    store.inputs.take('turn-1', [1]);
    for (let count = 0; count < times; count += 1) store.turns.countCutOffs();
    more(store, id);
  });
  store.close();
}

const start = () => startTestHost(hub, { home, project: tempFolder() });
const paused = () =>
  (
    hub.of('update_queue').at(-1)?.queue as { client_message_id: string; paused?: boolean }[] | undefined
  )?.filter((item) => item.paused);

test('HOST-190 a turn that three starts in a row found cut off is paused and says so', async () => {
  cutOff(2);
  await start();
  await hub.frame('update_queue');
  expect(hub.deltas('status')).toMatchObject([{ message: expect.stringMatching(/three starts .* paused/) }]);
  expect(paused()).toMatchObject([{ client_message_id: 'one' }]);
  expect(hub.runs).toEqual([]);
});

test('HOST-190 it goes on when a person resumes the queue', async () => {
  cutOff(2);
  await start();
  await hub.frame('update_queue');
  hub.send('resume_queue', { request_id: 'r-resume' });
  await hub.run(1);
  expect(hub.runs).toHaveLength(1);
  // What it had waiting is shown as waiting no more.
  await expect.poll(() => hub.of('update_queue').at(-1)?.queue).toEqual([]);
});

test('HOST-190 two cut-offs are no reason to stop', async () => {
  cutOff(1);
  await start();
  await hub.run(1);
});

test('HOST-191 a start after an orderly end is not counted', async () => {
  cutOff(2, (store) => noteOrderlyEnd(store.db));
  await start();
  await hub.run(1);
});

test('HOST-191 a turn that waits for a person is not cut off by a start', async () => {
  cutOff(0, (store, conversation) => {
    store.turns.endStep('turn-1', 1, 'run-1');
    store.calls.propose(conversation, 'turn-1', 1, [bash('call-1')]);
    const row = store.calls.find(conversation, 'call-1');
    if (row) store.calls.show(row.id, asking(bash('call-1')));
    for (let count = 0; count < 5; count += 1) store.turns.countCutOffs();
  });
  await start();
  await hub.frame('control_request');
});

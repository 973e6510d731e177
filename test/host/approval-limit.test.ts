import { beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../machines/ports.ts';
import { listenerInstanceId } from '../../src/host/identity.ts';
import { openHostStore } from '../../src/host/store/host-store.ts';
import type { FakeHub } from './fake-hub.ts';
import { asking, bash, HUB, openTurn, SCOPE } from './support/samples.ts';
import { tempFolder } from './support/temp-store.ts';
import { fakeHub, startTestHost } from './support/test-host.ts';

let hub: FakeHub;
beforeEach(async () => {
  hub = await fakeHub();
  hub.onPost = (run) =>
    run.results.length > 0 ? run.stop() : run.bash('call-1', 'echo hello').askApproval();
});

const expiresAt = async () => ((await hub.frame('control_request')).request as JsonObject).expires_at;

describe('an approval with a time limit', () => {
  test('APPR-80 that nobody answers is denied, and the model is told why', async () => {
    await startTestHost(hub, { approvalLimitMs: 200 });
    hub.message('one');
    expect(await expiresAt()).toEqual(expect.any(String));
    expect(await hub.frame('turn_finished')).toMatchObject({ stop_reason: 'end_turn' });
    expect(hub.runs[1]?.results).toMatchObject([
      { approve: false, reason: 'Nobody answered within the time limit' },
    ]);
    expect(hub.deltas('approval_response_message')).toMatchObject([
      { approve: false, acting_user_id: 'time limit' },
    ]);
    hub.answerApproval('call-1', { behavior: 'allow' });
    expect(await hub.reply('r-call-1')).toMatchObject({
      accepted: false,
      decided: { by: 'time limit', behavior: 'deny' },
    });
  });

  test('APPR-80 that is answered in time runs', async () => {
    await startTestHost(hub, { approvalLimitMs: 600_000 });
    hub.message('one');
    await hub.frame('control_request');
    hub.answerApproval('call-1', { behavior: 'allow' });
    await hub.frame('turn_finished');
    expect(hub.runs[1]?.results).toMatchObject([{ tool_return: 'hello\n' }]);
  });

  test('APPR-81 keeps its moment over a restart; one that has passed meanwhile is denied at once', async () => {
    const home = tempFolder();
    const later = Date.now() + 3_600_000;
    const opened = openHostStore(home, listenerInstanceId('laptop'));
    if (!opened.ok) throw new Error('held');
    const { store } = opened;
    store.db.transaction(() => {
      const { id } = store.conversations.ensure(HUB, SCOPE);
      openTurn(store, id);
      store.turns.endStep('turn-1', 1, 'run-1');
      const calls = [bash('late'), bash('in time')];
      store.calls.propose(id, 'turn-1', 1, calls);
      const deadlines = [Date.now() - 1_000, later];
      for (const [i, row] of store.calls.ofStep('turn-1', 1).entries()) {
        const deadline = deadlines[i] as number;
        store.calls.show(row.id, { ...asking(calls[i] as never), deadline });
      }
    });
    store.close();
    await startTestHost(hub, { home });
    expect(await hub.delta('client_tool_end')).toMatchObject({ tool_call_id: 'late', outcome: 'denied' });
    const open = await hub.frame('control_request', 1, (frame) => frame.request_id === 'perm-in time');
    expect((open.request as JsonObject).expires_at).toBe(new Date(later).toISOString());
    expect(hub.of('turn_finished')).toEqual([]);
  });

  test('D15 APPR-82 without a limit has no end', async () => {
    await startTestHost(hub);
    hub.message('one');
    expect(await expiresAt()).toBeUndefined();
  });
});

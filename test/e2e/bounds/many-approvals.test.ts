import { afterEach, expect, test } from 'vitest';
import { MOST_LISTED } from '../../../src/host/device-status.ts';
import { ended, Stand, script, until } from '../support/stand.ts';

const COUNT = 300;

let stand: Stand;
afterEach(() => stand.close());

interface Status {
  pending_control_requests: unknown[];
  pending_control_request_count?: number;
}

test('BOUND-1 of very many questions each is asked and can be answered, also after a kill, and no status lists them all', async () => {
  stand = await Stand.open();
  const conversation = await stand.conversation();
  const session = await stand.session(conversation);
  const query = { agentId: stand.agentId, conversationId: conversation };
  const watcher = await stand.socket({ isForeign: true, query });
  const lines = Array.from({ length: COUNT }, (_, n) => `call Bash {"command":"echo ${n} >> ledger"}`);
  const { clientMessageId } = await session.send(script(...lines));
  const asked = await until(session, ({ approvals }) => approvals.length === COUNT);
  const ids = asked.approvals.map(({ requestId }) => requestId);
  // The last one stands in no status.
  expect(await session.answer(ids[COUNT - 1] ?? '', { behavior: 'deny' })).toMatchObject({ ok: true });
  expect(await session.answer(ids[0] ?? '', { behavior: 'allow' })).toMatchObject({ ok: true });
  await expect.poll(() => stand.lines()).toEqual(['0']);
  await until(session, ({ approvals }) => approvals.length === COUNT - 2);
  await stand.killHost();
  await until(session, ({ environment }) => environment?.status === 'offline');
  // Who comes now is shown what the hub knows, and that it is not all.
  const late = await stand.session(conversation);
  expect(late.view()).toMatchObject({
    approvals: { length: MOST_LISTED },
    deviceStatus: { pending_control_request_count: COUNT - 2 },
  });
  await stand.startHost();
  const again = await until(late, ({ approvals }) => approvals.length === COUNT - 2);
  expect(again.approvals.map(({ requestId }) => requestId)).toEqual(ids.slice(1, -1));
  for (const place of [2, 1])
    expect(await late.answer(ids[place] ?? '', { behavior: 'allow' })).toMatchObject({ ok: true });
  expect(await late.answer(ids[200] ?? '', { behavior: 'deny' })).toMatchObject({ ok: true });
  await expect.poll(() => stand.lines()).toEqual(['0', '1', '2']);
  const statuses = watcher.frames.of('update_device_status').map((frame) => frame.device_status as Status);
  for (const { pending_control_requests, pending_control_request_count } of statuses) {
    expect(pending_control_requests.length).toBeLessThanOrEqual(MOST_LISTED);
    if (pending_control_requests.length === MOST_LISTED)
      expect(pending_control_request_count).toBeGreaterThanOrEqual(MOST_LISTED);
  }
  expect(await late.abort()).toMatchObject({ aborted: true });
  expect(await ended(late, clientMessageId)).toBe('cancelled');
});

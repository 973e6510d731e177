import { setTimeout as sleep } from 'node:timers/promises';
import type { Violation } from '../checks/violation.ts';
import type { House } from '../house/house.ts';
import { hostFacts, hubFacts } from '../house/stores.ts';
import { type Conversation, isAtRest, tend } from '../people/conversation.ts';

/** How long everything may take to come to rest when nothing is broken any more, in milliseconds. */
const SETTLE_MS = 90_000;
/** Rest that lasts so long is rest. */
const QUIET_MS = 700;
const LOOK_EVERY_MS = 100;

/** What the stores say is still to be done. A host that has just come back has not told everybody yet. */
function unfinishedIn(house: House): string[] {
  const inputs = house.hostNames.flatMap((name) =>
    hostFacts(house.storeOf(name)).inputs.map(({ id, state }) => ({ id, state, name })),
  );
  return [
    ...inputs
      .filter(({ state }) => state === 'queued' || state === 'taken')
      .map(({ id, state, name }) => `${id} was accepted by ${name} and does not end: ${state}`),
    ...hubFacts(house.storeOf('hub')).held.map((key) => `${key} is held by the hub and not handed over`),
  ];
}

/** Waits until nothing moves anywhere; says what still does when that takes too long. */
export async function settle(
  house: House,
  conversations: Conversation[],
  quietMs = QUIET_MS,
): Promise<Violation[]> {
  const now = (): number => performance.now();
  const began = now();
  let quietSince: number | null = null;
  for (;;) {
    const restless = conversations.filter(
      ({ isAnswered, sessions }) => !isAnswered || !sessions.every(isAtRest),
    );
    if (restless.length > 0) quietSince = null;
    else quietSince ??= now();
    const unfinished = quietSince !== null && now() - quietSince > quietMs ? unfinishedIn(house) : null;
    if (unfinished?.length === 0) return [];
    if (now() - began > SETTLE_MS && unfinished !== null)
      return unfinished.map((what) => ({
        rule: 'G-1',
        kind: 'loss',
        what,
        about: [what.split(' ')[0] ?? ''],
      }));
    if (now() - began > SETTLE_MS && restless.length > 0)
      return restless.map(({ plan, seats, isAnswered }): Violation => {
        const views = seats
          .flatMap(({ anna, ben }) => [anna, ben])
          .map((session) => {
            const { link, environment, loopStatus, queue, held, approvals } = session.view();
            return { link, online: environment?.status, loop: loopStatus?.status, queue, held, approvals };
          });
        const what = `${plan.name} did not come to rest: ${JSON.stringify({ isAnswered, views })}`;
        return { rule: 'G-1', kind: 'loss', what, about: [plan.name] };
      });
    for (const { seats } of conversations) for (const seat of seats) tend(seat);
    await sleep(Math.min(LOOK_EVERY_MS, quietMs / 2));
  }
}

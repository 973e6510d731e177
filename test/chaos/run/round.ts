import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Message } from '../../../src/client/index.ts';
import { checkApprovals } from '../checks/approvals.ts';
import { checkCalls, checkKills } from '../checks/calls.ts';
import { checkInputs } from '../checks/inputs.ts';
import { checkOrder } from '../checks/order.ts';
import { checkTranscript } from '../checks/transcripts.ts';
import type { Facts, Violation } from '../checks/violation.ts';
import { TOKEN } from '../house/house.ts';
import { filesLeft, processesLeft } from '../house/leftovers.ts';
import { hostFacts, hubFacts } from '../house/stores.ts';
import { Conversation, isAtRest, type Place, tend } from '../people/conversation.ts';
import type { Round } from '../plan/plan.ts';
import { inflict } from './faults.ts';
import { Recovery } from './recovery.ts';

/** How long everything may take to come to rest when nothing is broken any more, in milliseconds. */
const SETTLE_MS = 90_000;
/** Rest that lasts so long is rest. */
const QUIET_MS = 700;
const LOOK_EVERY_MS = 100;

export interface RoundResult {
  facts: Facts | null;
  violations: Violation[];
  longestRecoveryMs: number;
}

/** One round: people work while faults come, then all of it is let come to rest, checked and stopped. */
export async function playRound(place: Place, round: Round, isOver: () => boolean): Promise<RoundResult> {
  const { house, books, story } = place;
  await house.start();
  const agentId = await agent(house.links.people.url);
  const conversations = await Promise.all(
    round.conversations.map((plan) => Conversation.open(place, plan, agentId)),
  );
  const sessions = conversations.flatMap((conversation) => conversation.sessions);
  const recovery = new Recovery(() =>
    sessions.every((session) => {
      const { link, environment } = session.view();
      return link === 'live' && environment?.status === 'online';
    }),
  );
  // People look at their screens.
  const tending = setInterval(() => {
    for (const session of sessions) if (session.view().link === 'settling') session.probe();
  }, 250);
  const work = conversations.map((conversation) => conversation.work());
  for (const fault of round.faults) {
    if (isOver()) break;
    await inflict(place, recovery, fault);
  }
  for (const conversation of conversations) conversation.stop();
  story.tell('chaos', 'lets everything come to rest');
  await Promise.all(work);
  const violations = await settle(conversations, story.now, () => story.now);
  const transcripts = violations.length > 0 ? null : await readTranscripts(place, conversations);
  if (transcripts) violations.push(...(await compare(place, conversations, transcripts)));
  clearInterval(tending);
  recovery.stop();
  await Promise.all(conversations.map((conversation) => conversation.close()));

  story.tell('chaos', 'stops everything');
  const left = [...(await house.stop()), ...filesLeft(house), ...(await processesLeft(house))];
  violations.push(...left.map((what): Violation => ({ rule: 'G-12', kind: 'other', what, about: [] })));
  violations.push(...books.seen.map((one): Violation => ({ rule: 'G-11', kind: 'other', ...one })));
  const facts: Facts = {
    books,
    hosts: Object.fromEntries(house.hostNames.map((name) => [name, hostFacts(house.storeOf(name))])),
    hub: hubFacts(house.storeOf('hub')),
    transcripts: transcripts ?? new Map(),
    ledgers: Object.fromEntries(
      house.hostNames.map((name) => [
        name,
        readFileSync(house.ledgerOf(name), 'utf8').split('\n').filter(Boolean),
      ]),
    ),
  };
  if (transcripts)
    violations.push(
      ...checkInputs(facts),
      ...checkOrder(facts),
      ...checkCalls(facts),
      ...checkKills(facts),
      ...checkApprovals(facts),
    );
  return { facts, violations, longestRecoveryMs: recovery.longest };
}

async function agent(url: string): Promise<string> {
  const client = createClient({ url, token: TOKEN });
  const [first] = await client.agents.list({ limit: 1 });
  return (first ?? (await client.agents.create({ name: 'chaos' }))).id;
}

/** Waits until nothing moves anywhere; says what still does when that takes too long. */
async function settle(conversations: Conversation[], began: number, now: () => number): Promise<Violation[]> {
  let quietSince: number | null = null;
  for (;;) {
    const restless = conversations.filter(
      ({ isAnswered, sessions }) => !isAnswered || !sessions.every(isAtRest),
    );
    if (restless.length > 0) quietSince = null;
    else quietSince ??= now();
    if (quietSince !== null && now() - quietSince > QUIET_MS) return [];
    if (now() - began > SETTLE_MS)
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
    await sleep(LOOK_EVERY_MS);
  }
}

async function readTranscripts(place: Place, conversations: Conversation[]): Promise<Facts['transcripts']> {
  const client = createClient({ url: place.house.links.people.url, token: TOKEN });
  const read = async ({ plan, id }: Conversation) => {
    const messages: Message[] = [];
    for (;;) {
      const after = messages.at(-1)?.id;
      const page = await client.messages.list(id, { order: 'asc', limit: 200, ...(after ? { after } : {}) });
      messages.push(...page);
      if (page.length < 200) return [plan.name, { id, messages }] as const;
    }
  };
  return new Map(await Promise.all(conversations.map(read)));
}

/** What everybody shows, those who were there all the time and one who comes now. */
async function compare(
  { house }: Place,
  conversations: Conversation[],
  transcripts: Facts['transcripts'],
): Promise<Violation[]> {
  const found: Violation[] = [];
  for (const { plan, id, agentId, seats } of conversations) {
    const messages = transcripts.get(plan.name)?.messages ?? [];
    for (const { host, environmentId, anna, ben } of seats) {
      const fresh = createClient({ url: house.links.people.url, token: TOKEN }).session({
        environment: environmentId,
        agent: agentId,
        conversation: id,
      });
      await fresh.ready;
      for (const [who, session] of Object.entries({ anna, ben, fresh }))
        found.push(...checkTranscript(`${plan.name} ${host} ${who}`, session, messages, plan.name));
      fresh.close();
    }
  }
  return found;
}

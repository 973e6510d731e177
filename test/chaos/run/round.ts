import { createClient } from '../../../src/client/index.ts';
import type { Facts, Violation } from '../checks/violation.ts';
import { TOKEN } from '../house/house.ts';
import { filesLeft, processesLeft } from '../house/leftovers.ts';
import { Conversation, type Place } from '../people/conversation.ts';
import type { Round } from '../plan/plan.ts';
import { inflict } from './faults.ts';
import { Recovery } from './recovery.ts';
import { settle } from './rest.ts';
import { checkFacts, compare, gatherFacts, readTranscripts } from './verify.ts';

export interface RoundResult {
  facts: Facts | null;
  violations: Violation[];
  longestRecoveryMs: number;
}

/** One round: people work while faults come, then all of it is let come to rest, checked and stopped. */
export async function playRound(place: Place, round: Round, isOver: () => boolean): Promise<RoundResult> {
  const { house, books, story } = place;
  await house.start();
  const agentId = await newAgent(house.links.people.url);
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
  const violations = await settle(house, conversations);
  const transcripts = violations.length > 0 ? null : await readTranscripts(place, conversations);
  if (transcripts) violations.push(...(await compare(place, conversations, transcripts)));
  clearInterval(tending);
  recovery.stop();
  await Promise.all(conversations.map((conversation) => conversation.close()));

  story.tell('chaos', 'stops everything');
  const left = [...(await house.stop()), ...filesLeft(house), ...(await processesLeft(house))];
  violations.push(...left.map((what): Violation => ({ rule: 'G-12', kind: 'other', what, about: [] })));
  violations.push(...books.seen.map((one): Violation => ({ rule: 'G-11', kind: 'other', ...one })));
  const facts = gatherFacts(place, transcripts ?? new Map());
  if (transcripts) violations.push(...checkFacts(facts));
  return { facts, violations, longestRecoveryMs: recovery.longest };
}

/** One of the round's own: its default conversation holds nothing of the rounds before. */
async function newAgent(url: string): Promise<string> {
  return (await createClient({ url, token: TOKEN }).agents.create({ name: 'chaos' })).id;
}

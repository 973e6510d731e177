import { readFileSync } from 'node:fs';
import { createClient, type Message } from '../../../src/client/index.ts';
import { scopeKey } from '../../../src/protocol/scope.ts';
import { checkApprovals } from '../checks/approvals.ts';
import { checkCalls, checkKills } from '../checks/calls.ts';
import { checkInputs } from '../checks/inputs.ts';
import { checkOrder } from '../checks/order.ts';
import { checkTranscript } from '../checks/transcripts.ts';
import type { Facts, Violation } from '../checks/violation.ts';
import { TOKEN } from '../house/house.ts';
import { hostFacts, hubFacts } from '../house/stores.ts';
import type { Conversation, Place } from '../people/conversation.ts';

/** All that is known of what happened, from stores, ledgers and transcripts. */
export function gatherFacts({ house, books }: Place, transcripts: Facts['transcripts']): Facts {
  return {
    books,
    hosts: Object.fromEntries(house.hostNames.map((name) => [name, hostFacts(house.storeOf(name))])),
    hub: hubFacts(house.storeOf('hub')),
    transcripts,
    ledgers: Object.fromEntries(
      house.hostNames.map((name) => [
        name,
        readFileSync(house.ledgerOf(name), 'utf8').split('\n').filter(Boolean),
      ]),
    ),
  };
}

/** What people were promised, held against what became of it. */
export function checkFacts(facts: Facts): Violation[] {
  return [
    ...checkInputs(facts),
    ...checkOrder(facts),
    ...checkCalls(facts),
    ...checkKills(facts),
    ...checkApprovals(facts),
  ];
}

export async function readTranscripts(
  place: Place,
  conversations: Conversation[],
): Promise<Facts['transcripts']> {
  const client = createClient({ url: place.house.links.people.url, token: TOKEN });
  const read = async ({ plan, id, agentId }: Conversation) => {
    const messages: Message[] = [];
    for (;;) {
      const after = messages.at(-1)?.id;
      const page = await client.messages.list(id, {
        ...{ agent_id: agentId, order: 'asc', limit: 200 },
        ...(after ? { after } : {}),
      });
      messages.push(...page);
      if (page.length < 200) return [plan.name, { id: scopeKey(agentId, id), messages }] as const;
    }
  };
  return new Map(await Promise.all(conversations.map(read)));
}

/** What everybody shows, those who were there all the time and one who comes now. */
export async function compare(
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

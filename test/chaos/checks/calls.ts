import type { Message } from '../../../src/client/index.ts';
import { editedTag, tagIn } from '../plan/script.ts';
import type { Facts, Violation } from './violation.ts';

interface Return {
  callId: string;
  status: string;
  outcome: string | null;
}

/** G3: no call ran twice, none was lost, and what is called unknown may really have been cut off. */
export function checkCalls(facts: Facts): Violation[] {
  return [
    ...checkLedgers(facts),
    ...[...facts.transcripts.values()].flatMap(({ messages }) => checkReturns(facts, messages)),
  ];
}

function checkLedgers({ ledgers }: Facts): Violation[] {
  return Object.entries(ledgers).flatMap(([host, lines]) => {
    const counts = Map.groupBy(lines, (line) => line);
    return [...counts].flatMap(([line, same]): Violation[] => {
      if (same.length === 1) return [];
      const what = `"${line}" is in the ledger of ${host} ${same.length} times`;
      return [{ rule: 'G-6', kind: 'duplicate', what, about: [line.replace(/\.\w+$/, '')] }];
    });
  });
}

function checkReturns(facts: Facts, messages: Message[]): Violation[] {
  const found: Violation[] = [];
  const lines = new Set(Object.values(facts.ledgers).flat());
  const returns = Map.groupBy(messages.flatMap(returnsOf), ({ callId }) => callId);
  for (const { id, tag } of messages.flatMap(callsOf)) {
    const say = (kind: Violation['kind'], rule: string, what: string): void => {
      found.push({ rule, kind, what: `${id} (${tag}): ${what}`, about: [id, tag] });
    };
    const results = returns.get(id) ?? [];
    const [result] = results;
    if (results.length !== 1 || !result) {
      say(results.length > 1 ? 'duplicate' : 'loss', 'G-6', `it has ${results.length} results`);
      continue;
    }
    const begun = [tag, editedTag(tag)].filter((name) => lines.has(`${name}.begun`));
    const ended = [tag, editedTag(tag)].filter((name) => lines.has(`${name}.ended`));
    if (begun.length > 1) say('duplicate', 'G-6', 'it ran as it was proposed and as it was edited');
    if (result.outcome === 'denied' && begun.length > 0) say('other', 'G-7', 'it was denied and ran');
    if (result.outcome === null && result.status === 'success' && ended.length !== 1)
      say('loss', 'G-6', 'it is said to have ended well, and did not');
    if (result.outcome === null && result.status !== 'success')
      say('other', 'G-6', `it failed: ${result.status}`);
    if (result.outcome === 'unknown') checkUnknown(facts, id, say);
    const told = [...(facts.books.calls.get(id)?.ends ?? [])];
    if (told.length > 1) say('other', 'G-6', `its end was told in several ways: ${told.join('; ')}`);
  }
  return found;
}

function checkUnknown(
  facts: Facts,
  id: string,
  say: (kind: Violation['kind'], rule: string, what: string) => void,
): void {
  const { kills, calls } = facts.books;
  const cut = kills.find(({ atRisk }) => atRisk.some(({ callId }) => callId === id));
  if (!cut) return say('other', 'G-8', 'it is unknown, and no kill of its host found it begun and unsettled');
  const seen = calls.get(id)?.endSeenAt;
  const unknown = calls.get(id)?.unknown;
  if (seen != null && seen < cut.at && unknown !== null)
    say('other', 'G-8', 'it is unknown, and a client had seen its outcome before its host was killed');
}

/** One call of a batch runs a command at a time, so a kill can cut off one. */
export function checkKills({ books }: Facts): Violation[] {
  return books.kills.flatMap(({ host, at, atRisk }) => {
    const batches = Map.groupBy(
      atRisk.filter(({ tool }) => tool === 'Bash'),
      ({ turnId }) => turnId,
    );
    return [...batches].flatMap(([turnId, calls]): Violation[] => {
      if (calls.length <= 1) return [];
      const what = `a kill of ${host} at ${at.toFixed(0)} ms found ${calls.length} commands of ${turnId} begun`;
      return [{ rule: 'G-8', kind: 'other', what, about: [turnId, ...calls.map(({ callId }) => callId)] }];
    });
  });
}

function callsOf(message: Message): { id: string; tag: string }[] {
  if (message.message_type !== 'approval_request_message') return [];
  return (message.tool_calls as { tool_call_id: string; arguments: string }[]).flatMap((call) => {
    const { command } = JSON.parse(call.arguments) as { command?: string };
    const tag = tagIn(command ?? '');
    return tag === null ? [] : [{ id: call.tool_call_id, tag }];
  });
}

export function returnsOf(message: Message): Return[] {
  if (message.message_type !== 'tool_return_message') return [];
  return (message.tool_returns as Record<string, unknown>[]).map((item) => ({
    callId: String(item.tool_call_id),
    status: String(item.status),
    outcome: typeof item.outcome === 'string' ? item.outcome : null,
  }));
}

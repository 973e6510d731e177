import type { InputRecord } from '../people/books.ts';
import type { Facts, Violation } from './violation.ts';

/** G1: the order in which inputs were accepted on their host is the order of the transcript. */
export function checkOrder(facts: Facts): Violation[] {
  const found: Violation[] = [];
  const groups = Map.groupBy(
    facts.books.inputs.values(),
    ({ conversation, host }) => `${conversation} ${host}`,
  );
  for (const inputs of groups.values()) {
    const [first] = inputs;
    if (!first) continue;
    const { host, conversation } = first;
    const transcript = facts.transcripts.get(conversation);
    const seqs = new Map(
      (facts.hosts[host]?.inputs ?? [])
        // A withdrawal that came first has a place too, and is no input.
        .filter((row) => row.conversation === transcript?.id && row.state !== 'withdrawn')
        .map((row) => [row.id, row.seq]),
    );
    found.push(...overtaken(inputs, seqs));
    const entered = (transcript?.messages ?? []).flatMap((message) => {
      const seq = seqs.get(String(message.otid));
      return message.message_type === 'user_message' && seq !== undefined
        ? [{ id: String(message.otid), seq }]
        : [];
    });
    for (const [index, { id, seq }] of entered.entries()) {
      const before = entered[index - 1];
      if (before && before.seq > seq)
        found.push({
          rule: 'G-5',
          kind: 'other',
          what: `${id} was accepted before ${before.id} on ${host} and comes after it in the transcript`,
          about: [id, before.id],
        });
    }
  }
  return found;
}

/** Who was told "accepted" before another one was sent is before that one. */
function overtaken(inputs: InputRecord[], seqs: Map<string, number>): Violation[] {
  return inputs.flatMap((late) => {
    const seq = seqs.get(late.script.id);
    if (seq === undefined) return [];
    return inputs.flatMap((early): Violation[] => {
      const earlier = seqs.get(early.script.id);
      const isBefore = early.acceptedAt !== null && early.acceptedAt < late.sentAt;
      if (!isBefore || earlier === undefined || earlier < seq) return [];
      const what = `${late.script.id} was sent after ${early.script.id} was accepted, and overtook it`;
      return [{ rule: 'G-5', kind: 'other', what, about: [late.script.id, early.script.id] }];
    });
  });
}

import type { Answer } from '../../../src/client/index.ts';
import { canonicalJson } from '../../../src/host/canonical.ts';
import type { StoredDecision } from '../house/stores.ts';
import type { ApprovalRecord } from '../people/books.ts';
import type { Facts, Violation } from './violation.ts';

/** G2: each approval was decided once, as it was first answered, and everybody was told the same. */
export function checkApprovals(facts: Facts): Violation[] {
  const decisions = new Map(
    Object.values(facts.hosts).flatMap((host) =>
      host.decisions.map((decision) => [decision.callId, decision] as const),
    ),
  );
  return [...facts.books.approvals.values()].flatMap((approval) =>
    check(approval, decisions.get(approval.callId)),
  );
}

function check(approval: ApprovalRecord, decision: StoredDecision | undefined): Violation[] {
  const { id, answers, decisions } = approval;
  const found: Violation[] = [];
  const say = (kind: Violation['kind'], what: string): void => {
    found.push({ rule: 'G-7', kind, what: `${id}: ${what}`, about: [id, approval.callId] });
  };
  if (decisions.size > 1)
    say('duplicate', `it was decided ${decisions.size} times: ${[...decisions].join(' ')}`);
  // One that the hub holds is accepted for delivery; what it came to is told later.
  const won = answers.filter(({ result }) => result.ok && result.held === null);
  const different = new Set(won.map(({ answer }) => canonicalJson(meaning(answer))));
  if (different.size > 1) say('duplicate', `different answers were accepted: ${[...different].join(' ')}`);
  for (const { by, answer, result } of answers) {
    if (result.decided && decision && result.decided.behavior !== decision.behavior)
      say(
        'other',
        `${by} was told that ${result.decided.behavior} was said, and it was ${decision.behavior}`,
      );
    const isSame = decision && answer.behavior === decision.behavior && isMeant(answer, decision);
    if (result.ok && decision && !isSame && won.some((one) => one.result === result))
      say(
        'loss',
        `${by} said ${JSON.stringify(answer)} and was confirmed; it was decided ${JSON.stringify(decision)}`,
      );
  }
  if (won.length > 0 && !decision) say('loss', 'an answer was accepted, and its host knows of none');
  return found;
}

function meaning(answer: Answer): object {
  return answer.behavior === 'deny'
    ? { behavior: 'deny', message: answer.message ?? '' }
    : { behavior: 'allow', message: answer.message ?? null, updatedInput: answer.updatedInput ?? null };
}

function isMeant(answer: Answer, decision: StoredDecision): boolean {
  if (answer.behavior === 'deny') return decision.message === answer.message;
  const command = (answer.updatedInput as { command?: string } | undefined)?.command;
  const ran = (decision.args as { command?: string } | undefined)?.command;
  return (answer.message ?? null) === decision.message && (command === undefined || command === ran);
}

import type { Message } from '../../../src/client/index.ts';
import type { StoredInput } from '../house/stores.ts';
import type { InputRecord } from '../people/books.ts';
import type { Facts, Violation } from './violation.ts';

/** How each end is told to clients. */
const WORDS: Record<string, RegExp> = {
  answered: /^(?:end_turn|max_tokens_exceeded)$/,
  failed: /^(?:error|llm_api_error)$/,
  cancelled: /^cancelled$/,
  withdrawn: /^withdrawn$/,
};

/** G1: what was accepted ended once, as it was told, and entered the transcript once and whole. */
export function checkInputs(facts: Facts): Violation[] {
  return [...facts.books.inputs.values()].flatMap((input) => checkInput(facts, input));
}

function checkInput(facts: Facts, input: InputRecord): Violation[] {
  const { script, conversation, host } = input;
  const found: Violation[] = [];
  const say = (rule: string, kind: Violation['kind'], what: string): void => {
    found.push({ rule, kind, what: `${script.id}: ${what}`, about: [script.id] });
  };
  const transcript = facts.transcripts.get(conversation);
  const rows = (facts.hosts[host]?.inputs ?? []).filter(
    (row) => row.id === script.id && row.conversation === transcript?.id,
  );
  const [row] = rows;
  const state = row?.state ?? (facts.hub.withdrawn.has(script.id) ? 'withdrawn' : null);
  const entered = (transcript?.messages ?? []).filter(
    (message) => message.message_type === 'user_message' && message.otid === script.id,
  ).length;

  if (rows.length > 1) say('G-2', 'duplicate', `${rows.length} rows at its host`);
  if (entered > 1) say('G-2', 'duplicate', `it is in the transcript ${entered} times`);
  if (input.acceptedAt === null) return found;
  if (state === null) {
    say('G-1', 'loss', 'it was accepted, and neither host nor hub knows of it');
    return found;
  }
  if (state === 'queued' || state === 'taken')
    say('G-1', 'loss', `it was accepted and has not ended: ${state}`);
  if (state === 'failed') say('G-1', 'loss', `its turn failed: ${errorOf(facts, input, row)}`);
  if (state === 'answered' && entered === 0)
    say('G-2', 'loss', 'it was answered and is not in the transcript');
  if (state === 'withdrawn' && entered > 0)
    say('G-2', 'duplicate', 'it was withdrawn and is in the transcript');
  const wrong = [...input.endings].filter((word) => !WORDS[state]?.test(word));
  if (wrong.length > 0)
    say('G-1', 'other', `it ended as ${state}, and clients were told ${wrong.join(', ')}`);
  checkWithdrawal(input, state, say);
  if (state === 'answered') checkWords(input, transcript?.messages ?? [], say);
  return found;
}

function checkWithdrawal(
  { withdrawals, refusals }: InputRecord,
  state: StoredInput['state'],
  say: (rule: string, kind: Violation['kind'], what: string) => void,
): void {
  const told = withdrawals.map(({ status }) => status);
  if (state === 'withdrawn' && withdrawals.length === 0)
    say('G-1', 'loss', `nobody withdrew it, and it is withdrawn (${refusals.join()})`);
  if (state !== 'withdrawn' && told.includes('withdrawn'))
    say('G-3', 'other', `its withdrawal was confirmed, and it ended as ${state}`);
  if (state === 'withdrawn' && told.includes('already_dequeued'))
    say('G-3', 'loss', 'its sender was told that a turn has it, and it was withdrawn');
}

/** A step that ended is not sampled again: each of its lines was said exactly once. */
function checkWords(
  { script }: InputRecord,
  messages: Message[],
  say: (rule: string, kind: Violation['kind'], what: string) => void,
): void {
  const said = messages
    .filter(({ message_type }) => message_type === 'assistant_message')
    .map(({ content }) => String(content))
    .join('\n')
    .split('\n');
  const wanted = script.text
    .split('\n')
    .flatMap((line) => /^say (.* (?:says|is done)\b.*)$/.exec(line)?.[1] ?? []);
  for (const line of new Set(wanted)) {
    const due = wanted.filter((other) => other === line).length;
    const count = said.filter((other) => other === line).length;
    if (count !== due)
      say('G-4', count > due ? 'duplicate' : 'loss', `"${line}" was said ${count} times, not ${due}`);
  }
}

function errorOf(facts: Facts, { host }: InputRecord, row: StoredInput | undefined): string {
  const turn = facts.hosts[host]?.turns.find(({ id }) => id === row?.turn);
  return turn?.error ?? turn?.stopReason ?? 'for no known reason';
}

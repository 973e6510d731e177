import type { Random } from '../random.ts';

/** What the people of a run say to a call that asks: by plan, so that any of them can say it. */
export type Reply =
  | 'allow'
  | 'deny'
  /** Other arguments than were asked for. */
  | 'edit'
  | 'comment'
  /** Two say different things at the same moment. */
  | 'rivals'
  /** Somebody who was not there when it was asked. */
  | 'newcomer'
  /** First arguments that a rule of the project forbids. */
  | 'forbiddenFirst'
  /** The same twice. */
  | 'twice';

export interface PlannedCall {
  /** Stands in the command and, with an ending, in the lines that it writes; no other call has it. */
  tag: string;
  reply: Reply;
}

export interface PlannedScript {
  /** The `client_message_id`. */
  id: string;
  text: string;
  calls: PlannedCall[];
}

/** The file in each project to which calls write. */
export const LEDGER = 'ledger';
/** A word that the settings of each project deny. */
export const FORBIDDEN = 'forbidden-word';

const REPLIES: Record<Reply, number> = {
  allow: 6,
  deny: 2,
  edit: 2,
  comment: 1,
  rivals: 2,
  newcomer: 1,
  forbiddenFirst: 1,
  twice: 1,
};

/** A command that writes a line when it begins and one when it ends. */
export const commandOf = (tag: string, seconds: string): string =>
  `echo ${tag}.begun >> ${LEDGER}; sleep ${seconds}; echo ${tag}.ended >> ${LEDGER}; echo did ${tag}`;

/** What stands in the ledger when a call with these arguments runs to its end. */
export const editedTag = (tag: string): string => `${tag}-edited`;

/** The tag of a command, edited or not. */
export function tagIn(command: string): string | null {
  return /echo (\S+)\.begun/.exec(command)?.[1] ?? null;
}

/** A message for the demo model: some steps, most with calls that take their time. */
export function planScript(random: Random, id: string): PlannedScript {
  const lines = ['#script'];
  const calls: PlannedCall[] = [];
  const steps = random.weighted({ '1': 3, '2': 4, '3': 2 });
  for (let step = 1; step <= Number(steps); step += 1) {
    if (step > 1) lines.push('---');
    if (random.chance(0.3)) lines.push(`think about ${id} step ${step}`);
    for (let n = random.int(1, 3); n > 0; n -= 1) {
      lines.push(
        `say ${id} says ${Array.from({ length: random.int(2, 9) }, (_, i) => `word${i}`).join(' ')}`,
      );
      if (random.chance(0.6)) lines.push(`sleep ${random.int(5, 120)}`);
    }
    const isLast = step === Number(steps);
    for (let n = isLast && random.chance(0.6) ? 0 : random.int(1, 3); n > 0; n -= 1) {
      if (random.chance(0.15)) {
        lines.push('call Read {"file_path":"notes.txt"}');
        continue;
      }
      const tag = `${id}-${step}${'abc'[n - 1]}`;
      const seconds = (random.int(0, 60) / 100).toFixed(2);
      lines.push(`call Bash ${JSON.stringify({ command: commandOf(tag, seconds) })}`);
      calls.push({ tag, reply: random.weighted(REPLIES) });
    }
    // The results are said again, so that a result that was lost or changed shows in the transcript.
    if (step > 1 && random.chance(0.5)) lines.splice(lines.lastIndexOf('---') + 1, 0, 'say before {{1}}');
  }
  // A turn goes on only through calls: what the last ones came to is read in one step more.
  if (lines.at(-1)?.startsWith('call')) lines.push('---', `say ${id} is done`);
  return { id, text: lines.join('\n'), calls };
}

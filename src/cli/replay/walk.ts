import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import type { Replay } from '../../replay/create-replay.ts';
import { showStates, showStep } from '../../replay/show-step.ts';
import { stampsOf } from '../../replay/until.ts';
import { printable } from '../render/printable.ts';

export interface Walk {
  replay: Replay;
  /** Lines to go through. */
  until: number;
  input: NodeJS.ReadableStream;
  output: NodeJS.WritableStream & { columns?: number };
}

/** One line with each Enter; `b` goes back, `s` shows all states, a number goes to that line, `q` leaves. */
export async function walkBySteps({ replay, until, input, output }: Walk): Promise<void> {
  const say = (text: string) => output.write(`${printable(text)}\n`);
  say('Enter: next line · b: back · s: all states · a number: to that line · q: leave');
  for await (const line of createInterface({ input, terminal: false })) {
    const word = line.trim();
    if (word === 'q') return;
    if (word === 's') {
      say(showStates(replay.states()));
      continue;
    }
    if (word === 'b') replay.seek(Math.max(0, replay.position - 2));
    else if (/^\d+$/.test(word)) replay.seek(Math.min(until, Number(word)) - 1);
    const step = replay.position < until ? replay.next() : null;
    if (step === null) return;
    say(showStep(step, widthOf(output)));
  }
}

/** As fast as it was recorded, times `factor`. */
export async function walkInTime({ replay, until, output }: Walk, factor: number): Promise<void> {
  const moments = stampsOf(replay.lines).map((stamp) => Date.parse(`${stamp}Z`));
  while (replay.position < until) {
    const step = replay.next();
    if (step === null) return;
    output.write(`${printable(showStep(step, widthOf(output)))}\n`);
    const [now = 0, next = 0] = moments.slice(replay.position - 1, replay.position + 1);
    if (next > now && replay.position < until) await wait((next - now) / factor);
  }
}

function widthOf({ columns }: { columns?: number }): number {
  return Math.max(60, columns ?? 160);
}

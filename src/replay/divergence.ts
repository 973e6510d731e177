import type { Json } from '../../machines/ports.ts';
import { cut, type RecordedLine, shownLine } from './recorded-line.ts';
import type { Difference } from './same-json.ts';

/** The first place at which a root does not do again what it did. */
export interface Divergence {
  root: string;
  /** The line of the recording, from 1 over everything that was read. */
  position: number;
  file: string;
  line: number;
  /** One sentence for people. */
  reason: string;
  /** What was recorded and what the machines said instead, as lines without their time; null: nothing. */
  recorded: string | null;
  live: string | null;
  /** The line with as many as five lines of the same root before and after it. */
  around: { position: number; file: string; line: number; text: string }[];
}

/** Lines shown before and after the line of a divergence. */
export const AROUND = 5;

export function showDivergence({ root, reason, recorded, live, around, position }: Divergence): string {
  const lines = around.map(({ position: at, text }) => `${at === position ? '>' : ' '} ${text}`);
  const sides = [
    ...(recorded === null ? [] : [`  recorded  ${cut(recorded)}`]),
    ...(live === null ? [] : [`  now       ${cut(live)}`]),
  ];
  return [`${root} diverges: ${reason}`, ...sides, '', ...lines].join('\n');
}

export function aroundLine(line: RecordedLine): Divergence['around'][number] {
  const { position, file } = line;
  return { position, file, line: line.line, text: shownLine(line) };
}

export function tellDifference({ at, recorded, live }: Difference): string {
  return `${at === '' ? 'all of it' : at}: ${short(recorded)} was recorded, now it is ${short(live)}`;
}

function short(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(0, 120)}…` : text;
}

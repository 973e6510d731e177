import { jsonText } from '../log/json-text.ts';
import { formatLine } from '../log/line.ts';
import { type Chunk, chunksOf, partOf } from './chunks.ts';
import { EntryCheck } from './entry-check.ts';
import type { Said } from './expectation.ts';
import type { MachineTable } from './machine-table.ts';
import { readText } from './read-text.ts';
import { placeOf, type RecordedLine } from './recorded-line.ts';
import { RootsReplay } from './roots-replay.ts';
import { sameJson } from './same-json.ts';

export type Rewritten = { ok: true; text: string; changed: number } | { ok: false; reason: string };

/**
 * The text of a recording with what its machines say to the same inputs now: the new expectation. It cannot be had when
 * an input has no place any more; then the situation has to be recorded again.
 */
export function rewrite(text: string, file: string, machines?: MachineTable): Rewritten {
  const check = new EntryCheck();
  const lines = readText(text, file).flatMap((entry) => check.take(entry) ?? []);
  const broken = check.damaged ?? check.torn;
  if (broken !== undefined) return { ok: false, reason: `${placeOf(broken)} cannot be read` };

  const page = new Page(lines);
  const roots = new RootsReplay({
    machines,
    onSaid: (said, instead, chunk) => page.say(said, instead, chunk),
  });
  for (const chunk of chunksOf(lines)) {
    page.begin(chunk);
    const mismatch = roots.run(chunk);
    if (mismatch !== undefined)
      return { ok: false, reason: `${placeOf(mismatch.line)}: ${mismatch.reason}; record it again` };
  }
  roots.end();
  const [skipped] = roots.skipped;
  if (skipped !== undefined) return { ok: false, reason: `${skipped.root}: ${skipped.reason}` };
  return { ok: true, text: page.write(text), changed: page.changed };
}

/** The lines of a recording, of which those that the machines said are written anew. */
class Page {
  /** Lines that were added, dropped or altered. */
  changed = 0;
  /** What stands in the place of a line, and behind it. */
  readonly #instead = new Map<RecordedLine, string[]>();
  readonly #kept = new Set<RecordedLine>();
  readonly #labels = new Map<string, RecordedLine['label']>();
  #last: RecordedLine | undefined;

  constructor(lines: readonly RecordedLine[]) {
    for (const line of lines)
      if (partOf(line) === 'said') this.#labels.set(labelKey(line.verb, line.json), line.label);
  }

  /** Everything that was said in this step is in question. */
  begin({ trigger, lines }: Chunk): void {
    for (const line of lines) if (partOf(line) === 'said') this.#instead.set(line, []);
    this.#last = trigger;
  }

  say({ verb, path, json }: Said, instead: RecordedLine | undefined, { root }: Chunk): void {
    if (instead !== undefined) {
      this.#last = instead;
      const { root: _, path: __, ...recorded } = instead.json;
      if (sameJson(recorded, json)) {
        this.#kept.add(instead);
        return;
      }
    }
    const place = this.#last;
    if (place === undefined) return;
    const about = { root, path, ...json } as RecordedLine['json'];
    const label = instead?.label ?? this.#labels.get(labelKey(verb, about)) ?? 'actor';
    const lines = this.#instead.get(place) ?? [];
    lines.push(formatLine(place.time, verb, label, jsonText(about)));
    this.#instead.set(place, lines);
    this.changed += 1;
  }

  write(text: string): string {
    const written = text.split('\n');
    const anew = new Map<number, string[]>();
    for (const [line, instead] of this.#instead) {
      const isKept = this.#kept.has(line) || partOf(line) !== 'said';
      if (!isKept && instead.length === 0) this.changed += 1;
      const own = isKept ? [written[line.line - 1] ?? ''] : [];
      anew.set(line.line, [...own, ...instead]);
    }
    return written.flatMap((line, index) => anew.get(index + 1) ?? [line]).join('\n');
  }
}

function labelKey(verb: string, { root, path }: RecordedLine['json']): string {
  return `${verb} ${String(root)} ${String(path)}`;
}

import type { JsonObject } from '../../machines/ports.ts';
import { jsonText } from '../log/json-text.ts';
import { type Chunk, partOf } from './chunks.ts';
import { tellDifference } from './divergence.ts';
import type { RecordedLine } from './recorded-line.ts';
import { differenceOf, sameJson } from './same-json.ts';

/** What a root does that it did not do, or the other way round. */
export interface Mismatch {
  line: RecordedLine;
  reason: string;
  recorded: string | null;
  live: string | null;
}

/** What a machine says to the outside, as a line of the log tells it. */
export interface Said {
  verb: 'run' | 'out' | 'stop' | 'emit';
  path: string;
  json: { src?: string; input?: unknown; event?: unknown };
}

/** Told of what is said and of the line that it stands for. */
export type Listener = (said: Said, instead: RecordedLine | undefined) => void;

/** The lines of one step, and how far what is said now agrees with them. The first thing that does not is kept. */
export class Expectation {
  mismatch: Mismatch | undefined;
  /** What killed a machine, for whoever reads of a mismatch. */
  death = '';
  readonly #listener: Listener | undefined;
  #lines: readonly RecordedLine[] = [];
  #next = 0;
  #last: RecordedLine | undefined;
  #isCut = false;

  /** With a listener nothing that is said counts as wrong. */
  constructor(listener: Listener | undefined) {
    this.#listener = listener;
  }

  begin({ trigger, lines, isCut }: Chunk): void {
    this.#lines = lines;
    this.#next = 0;
    this.#last = trigger;
    this.#isCut = isCut;
  }

  /** The input from inside the step that is due, when there is one. */
  get nested(): RecordedLine | undefined {
    const line = this.#lines[this.#next];
    return line !== undefined && this.mismatch === undefined && partOf(line) === 'nested' ? line : undefined;
  }

  /** The input that is due is brought now. */
  passNested(): void {
    this.#last = this.#lines[this.#next];
    this.#next += 1;
  }

  /** True when the machines say what they said. */
  say(said: Said): boolean {
    if (this.mismatch !== undefined) return false;
    if (this.#listener !== undefined) return this.#hear(said, this.#listener);
    const line = this.#lines[this.#next];
    if (line === undefined || !isOfKind(line, said) || !isSame(line.json, said.json)) {
      this.#sayOtherwise(said, line);
      return false;
    }
    this.#next += 1;
    this.#last = line;
    return true;
  }

  /** The step is over: what was not reached is missing. */
  end(): void {
    const left = this.#lines.slice(this.#next);
    const missing = this.#listener === undefined ? left[0] : left.find((line) => partOf(line) === 'nested');
    if (missing !== undefined) this.differ(missing, 'this does not happen any more', missing, null);
  }

  /** Keeps the first mismatch; `recorded` and `live` are its two sides. */
  differ(line: RecordedLine, reason: string, recorded: RecordedLine | null, live: Said | null): void {
    this.mismatch ??= {
      line,
      reason: this.death === '' ? reason : `${reason}; a machine died: ${this.death}`,
      recorded: recorded && textOf(recorded.verb, recorded.json.path, recorded.json),
      live: live && textOf(live.verb, live.path, live.json),
    };
  }

  /** What is said stands for the next line of its kind, before the next input from inside. */
  #hear(said: Said, listener: Listener): boolean {
    const nested = this.#lines.findIndex((line, at) => at >= this.#next && partOf(line) === 'nested');
    const end = nested === -1 ? this.#lines.length : nested;
    const at = this.#lines.findIndex((line, index) => index >= this.#next && isOfKind(line, said));
    const isThere = at !== -1 && at < end;
    if (isThere) this.#next = at + 1;
    listener(said, isThere ? this.#lines[at] : undefined);
    return isThere;
  }

  #sayOtherwise(said: Said, line: RecordedLine | undefined): void {
    if (line === undefined) {
      // Of the last step of a recording that just ends, the rest may not have been written.
      if (!this.#isCut && this.#last !== undefined)
        this.differ(this.#last, 'the machines say more than they did', null, said);
      return;
    }
    const difference = isOfKind(line, said) ? differenceOf(bodyOf(line.json), said.json) : undefined;
    const instead = `${said.verb} ${said.path} comes instead of ${line.verb} ${String(line.json.path ?? line.json.to)}`;
    this.differ(line, difference ? tellDifference(difference) : instead, line, said);
  }
}

function isOfKind(line: RecordedLine, { verb, path }: Said): boolean {
  return line.verb === verb && line.json.path === path;
}

function isSame(recorded: JsonObject, said: Said['json']): boolean {
  return (
    recorded.src === said.src && sameJson(recorded.input, said.input) && sameJson(recorded.event, said.event)
  );
}

function bodyOf(json: JsonObject): JsonObject {
  const { root: _, path: __, ...body } = json;
  return body;
}

function textOf(verb: string, path: unknown, json: object): string {
  return [verb, ...(path === undefined ? [] : [String(path)]), jsonText(bodyOf(json as JsonObject))].join(
    ' ',
  );
}

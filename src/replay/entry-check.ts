import type { LogEntry } from '../log/reader.ts';
import type { RecordedLine } from './recorded-line.ts';

/** The newest line grammar that this version reads. */
const FORMAT = 1;

export interface Damage {
  file: string;
  /** 0: the file as a whole. */
  line: number;
  reason: string;
}

/** Counts the lines and tells a recording that ends in the middle of a line from one that is damaged. */
export class EntryCheck {
  /** Lines that were read. */
  lines = 0;
  /** Where nothing more can be read. */
  damaged: Damage | undefined;
  /** The last line was cut off as it was written. */
  torn: { file: string; line: number } | undefined;
  #position = 0;
  #session: unknown;

  /** The line with its position, or undefined for one that says nothing. */
  take(entry: LogEntry): RecordedLine | undefined {
    if (this.damaged !== undefined) return undefined;
    const isOtherSession = this.#isOtherSession(entry);
    if (this.torn !== undefined && !isOtherSession && !(entry.ok && beginsProcess(entry))) {
      this.damaged = { ...this.torn, reason: 'is cut off, and more of the session follows' };
      return undefined;
    }
    this.torn = undefined;
    const { file, line } = entry;
    this.#position += 1;
    if (entry.ok) {
      const reason = reasonAgainst(entry);
      if (reason !== undefined) {
        this.damaged = { file, line, reason };
        return undefined;
      }
      this.lines += 1;
      const counted = entry as LogEntry & RecordedLine;
      counted.position = this.#position;
      if (isOtherSession) counted.isOtherSession = true;
      return counted;
    }
    if (entry.torn) this.torn = { file, line };
    else this.damaged = { file, line, reason: entry.reason };
    return undefined;
  }

  #isOtherSession(entry: LogEntry): boolean {
    if (!entry.ok || !isSession(entry)) return false;
    const before = this.#session;
    this.#session = entry.json.session;
    return before !== undefined && before !== this.#session;
  }
}

/** What went on in the lines before is over: from here on another process speaks. */
export function beginsProcess(line: Pick<RecordedLine, 'verb' | 'json' | 'isOtherSession'>): boolean {
  return line.isOtherSession === true || (isSession(line) && line.json.segment === 1);
}

/** The line with which a session or a segment of it begins. */
export function isSession({ verb, json }: { verb: string; json: object }): boolean {
  return verb === 'open' && 'session' in json && !('root' in json);
}

function reasonAgainst(entry: LogEntry & { ok: true }): string | undefined {
  if (entry.verb === 'lines_lost') return `${Number(entry.json.count)} lines could not be written here`;
  const { format } = entry.json;
  if (!isSession(entry) || (typeof format === 'number' && format <= FORMAT)) return undefined;
  return `is of log format ${JSON.stringify(format)}; this version reads up to ${FORMAT}`;
}

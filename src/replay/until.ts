import { isSession } from './entry-check.ts';
import type { RecordedLine } from './recorded-line.ts';

export type Until = { ok: true; position: number } | { ok: false; reason: string };
/** Asked of each line in turn: whether it comes after the place. */
export type IsBehind = (line: RecordedLine) => boolean;

const TIME = /^(?:(\d{4}-\d\d-\d\d)[T ])?([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,3}))?)?$/;

/**
 * A place that a person names: the number of a line (all of it is gone through), or a local time as the lines show it.
 * Without a date the first such time of the recording is meant.
 */
export function readUntil(text: string): { ok: true; isBehind: IsBehind } | { ok: false; reason: string } {
  if (/^\d+$/.test(text)) return { ok: true, isBehind: ({ position }) => position > Number(text) };
  const match = TIME.exec(text);
  if (match === null)
    return { ok: false, reason: `"${text}" is no line number and no time such as 14:17 or 14:17:03.221` };
  const [, date, hour, minute, second = '59', millisecond = '999'] = match;
  const time = `${hour}:${minute}:${second}.${millisecond.padEnd(3, '0')}`;
  const stamps = new Stamps();
  let last: string | undefined;
  return {
    ok: true,
    isBehind(line) {
      const stamp = stamps.of(line);
      const begun = stamp.slice(0, 10);
      last ??= `${date ?? (`${begun}T${time}` < stamp ? dayAfter(begun) : begun)}T${time}`;
      return stamp > last;
    },
  };
}

/** How many lines come before a place that a person names. */
export function findUntil(lines: readonly RecordedLine[], text: string): Until {
  const until = readUntil(text);
  if (!until.ok) return until;
  const position = lines.findIndex(until.isBehind);
  return { ok: true, position: position === -1 ? lines.length : position };
}

/** The local date and time of each line, such as `2026-11-22T14:17:03.221`. */
export function stampsOf(lines: readonly RecordedLine[]): string[] {
  const stamps = new Stamps();
  return lines.map((line) => stamps.of(line));
}

class Stamps {
  #date = '1970-01-01';

  of(line: RecordedLine): string {
    if ((isSession(line) || line.verb === 'day') && typeof line.json.date === 'string')
      this.#date = line.json.date;
    return `${this.#date}T${line.time}`;
  }
}

function dayAfter(date: string): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
}

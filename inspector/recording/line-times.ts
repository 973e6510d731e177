import { isSession } from '../../src/replay/entry-check.ts';
import type { RecordedLine } from '../../src/replay/recorded-line.ts';

/** When the lines of a recording were written: a line tells the time of day, and only some the day and the zone. */
export class LineTimes {
  readonly #days: { from: number; date: string; zone: string }[] = [];

  /** `at` is how many lines come before it. */
  note(line: RecordedLine, at: number): void {
    const { date, zone } = line.json;
    if ((isSession(line) || line.verb === 'day') && typeof date === 'string' && typeof zone === 'string')
      this.#days.push({ from: at, date, zone });
  }

  /** Epoch milliseconds; NaN when no day was told before it. */
  of(line: RecordedLine, at: number): number {
    const day = this.#days.findLast(({ from }) => from <= at);
    return day ? Date.parse(`${day.date}T${line.time}${day.zone}`) : Number.NaN;
  }
}

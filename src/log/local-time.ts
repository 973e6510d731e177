/** The local time of day for the lines of a log, and the day it belongs to. */
export class LocalTime {
  /** `YYYY-MM-DD` and the offset from UTC as `+HH:MM`, of the last stamp; empty before the first. */
  date = '';
  zone = '';
  /** Changes when one of the two does. */
  day = '';
  #now: () => number;
  #second = Number.NaN;
  #prefix = '';

  /** `now` gives epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** `HH:MM:SS.mmm`. The calendar is asked once a second at most. */
  stamp(): string {
    const now = this.#now();
    const second = Math.floor(now / 1000);
    if (second !== this.#second) this.#read(second);
    return this.#prefix + pad(now - second * 1000, 3);
  }

  #read(second: number): void {
    const at = new Date(second * 1000);
    const offset = -at.getTimezoneOffset();
    const size = Math.abs(offset);
    this.#second = second;
    this.#prefix = `${pad(at.getHours(), 2)}:${pad(at.getMinutes(), 2)}:${pad(at.getSeconds(), 2)}.`;
    this.date = `${pad(at.getFullYear(), 4)}-${pad(at.getMonth() + 1, 2)}-${pad(at.getDate(), 2)}`;
    this.zone = `${offset < 0 ? '-' : '+'}${pad(Math.floor(size / 60), 2)}:${pad(size % 60, 2)}`;
    this.day = this.date + this.zone;
  }
}

function pad(value: number, width: number): string {
  return String(Math.floor(value)).padStart(width, '0');
}

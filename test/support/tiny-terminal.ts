import { PassThrough, Writable } from 'node:stream';

const ESCAPE = '\u001b';

/** A terminal for tests: takes what a program writes and shows what a person would see. No scrolling, no colours. */
export class TinyTerminal extends Writable {
  readonly isTTY = true;
  readonly columns: number;
  readonly rows = 1_000;
  #cells: string[][] = [[]];
  #row = 0;
  #column = 0;

  constructor(columns = 80) {
    super({ decodeStrings: false });
    this.columns = columns;
  }

  /** The lines on the screen, without spaces at their ends. */
  get screen(): string[] {
    return this.#cells.map((row) =>
      Array.from(row, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
  }
  /** What stands in the line of the cursor. */
  get currentLine(): string {
    return this.screen[this.#row] ?? '';
  }

  override _write(chunk: Buffer | string, _encoding: string, done: () => void): void {
    const text = String(chunk);
    for (let i = 0; i < text.length; i += 1) {
      const sequence = text[i] === ESCAPE ? /^.\[([\d;?]*)([A-Za-z])/.exec(text.slice(i)) : null;
      if (sequence) {
        this.#obey(sequence[2] ?? '', Number(sequence[1] || 0));
        i += sequence[0].length - 1;
      } else this.#put(text[i] ?? '');
    }
    done();
  }

  #put(character: string): void {
    if (character === '\r') this.#column = 0;
    else if (character === '\n') this.#goTo(this.#row + 1, 0);
    else {
      if (this.#column >= this.columns) this.#goTo(this.#row + 1, 0);
      const row = this.#cells[this.#row];
      if (row) row[this.#column] = character;
      this.#column += 1;
    }
  }

  #obey(command: string, n: number): void {
    if (command === 'A') this.#goTo(this.#row - (n || 1), this.#column);
    if (command === 'B') this.#goTo(this.#row + (n || 1), this.#column);
    if (command === 'C') this.#column += n || 1;
    if (command === 'D') this.#column = Math.max(0, this.#column - (n || 1));
    if (command === 'G') this.#column = Math.max(0, (n || 1) - 1);
    if (command === 'K' || command === 'J') this.#cells[this.#row]?.splice(this.#column);
    if (command === 'J') this.#cells.splice(this.#row + 1);
  }

  #goTo(row: number, column: number): void {
    this.#row = Math.max(0, row);
    this.#column = column;
    while (this.#cells.length <= this.#row) this.#cells.push([]);
  }
}

/** The keyboard of a terminal: `write` is typing. */
export class TinyKeyboard extends PassThrough {
  readonly isTTY = true;
  setRawMode(): this {
    return this;
  }
}

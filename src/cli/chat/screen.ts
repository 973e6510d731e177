import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline';
import { Writable } from 'node:stream';

export interface ScreenEvents {
  line(text: string): void;
  /** Ctrl-C. */
  interrupt(): void;
  /** Ctrl-D, or the end of a piped input. */
  end(): void;
}

/**
 * A terminal in line mode in which output and typing do not run into each other (D23): while nobody types, output
 * streams and the prompt is away; from the first key on, output comes in whole lines above the prompt.
 */
export class Screen {
  readonly #lines: Interface;
  readonly #output: NodeJS.WriteStream;
  readonly #terminal: boolean;
  #label = '> ';
  /** The prompt is on the screen, in its last line. */
  #prompted = false;
  #muted = true;
  /** Where the output stands: in the middle of a line when not empty. */
  #open = '';
  /** The beginning of a line that came while somebody typed. */
  #held = '';

  constructor(input: NodeJS.ReadStream, output: NodeJS.WriteStream, events: ScreenEvents) {
    this.#output = output;
    this.#terminal = input.isTTY === true && output.isTTY === true;
    this.#lines = createInterface({
      input,
      output: this.#terminal ? this.#echo() : output,
      terminal: this.#terminal,
      historySize: 200,
    });
    this.#lines.on('line', (line) => {
      this.#prompted = false;
      this.#muted = true;
      events.line(line);
      this.#release();
    });
    this.#lines.on('SIGINT', () => events.interrupt());
    this.#lines.on('close', () => events.end());
    if (this.#terminal) input.on('keypress', () => this.#typed());
  }

  /** What stands before the cursor while the screen waits for a line. */
  setLabel(label: string): void {
    if (label === this.#label) return;
    this.#label = label;
    if (this.#prompted) this.#redraw();
  }

  /** Text that goes on where the last one ended. */
  write(text: string): void {
    if (text === '') return;
    if (!this.#prompted) return this.#put(text);
    if (this.#lines.line === '') {
      this.#erase();
      return this.#put(text);
    }
    this.#held += text;
    const end = this.#held.lastIndexOf('\n') + 1;
    if (end === 0) return;
    const whole = this.#held.slice(0, end);
    this.#held = this.#held.slice(end);
    this.#erase();
    this.#put(whole);
    this.showPrompt();
  }

  /** What comes next begins a line. */
  freshLine(): void {
    if (this.#held !== '') return this.write('\n');
    if (this.#prompted && this.#lines.line === '') this.#erase();
    if (!this.#prompted && this.#open !== '') this.#put('\n');
  }

  /** Whole lines, on lines of their own. */
  print(text: string): void {
    this.freshLine();
    this.write(`${text}\n`);
  }

  /** The prompt comes back; called when there is nothing more to say for now. */
  showPrompt(): void {
    if (!this.#terminal || this.#prompted) return;
    if (this.#open !== '') this.#put('\n');
    this.#prompted = true;
    this.#redraw();
  }

  /** Empties the line that is being typed. False when there was none. */
  clearLine(): boolean {
    if (this.#lines.line === '') return false;
    this.#lines.write(null, { ctrl: true, name: 'e' });
    this.#lines.write(null, { ctrl: true, name: 'u' });
    return true;
  }

  /** Lends the terminal to another program until `work` is done. */
  async lend<T>(work: () => Promise<T>): Promise<T> {
    if (this.#prompted) this.#erase();
    this.#lines.pause();
    try {
      return await work();
    } finally {
      this.#lines.resume();
    }
  }

  close(): void {
    if (this.#prompted) this.#erase();
    this.#muted = true;
    this.#lines.close();
  }

  #put(text: string): void {
    this.#output.write(text);
    this.#open = text.slice(text.lastIndexOf('\n') + 1) || (text.endsWith('\n') ? '' : this.#open);
  }

  /** Somebody typed something while the prompt was away. */
  #typed(): void {
    if (this.#prompted || this.#lines.line === '') return;
    this.showPrompt();
  }

  /** What came while somebody typed, now that the line is sent. */
  #release(): void {
    const text = this.#held;
    this.#held = '';
    if (text !== '') this.#put(text);
  }

  #redraw(): void {
    this.#muted = false;
    this.#lines.setPrompt(this.#label);
    this.#lines.prompt(true);
  }

  /** Takes the prompt, and what is typed behind it, off the screen. The typed text itself stays. */
  #erase(): void {
    const { rows } = this.#lines.getCursorPos();
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    // The line editor counts rows from here on anew.
    (this.#lines as { prevRows?: number }).prevRows = 0;
    this.#prompted = false;
    this.#muted = true;
  }

  /** The line editor's own output: swallowed while the prompt is away. */
  #echo(): NodeJS.WritableStream {
    const output = this.#output;
    const echo = new Writable({
      write: (chunk, _encoding, done) => {
        if (!this.#muted) output.write(chunk);
        done();
      },
    });
    Object.defineProperties(echo, {
      columns: { get: () => output.columns },
      rows: { get: () => output.rows },
      isTTY: { value: true },
    });
    output.on('resize', () => echo.emit('resize'));
    return echo;
  }
}

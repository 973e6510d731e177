import {
  clearScreenDown,
  createInterface,
  cursorTo,
  type Interface,
  type Key,
  moveCursor,
} from 'node:readline';
import { Writable } from 'node:stream';
import { Keyboard, MOST_PASTED } from '../terminal/keyboard.ts';
import { PasteMarks } from '../terminal/paste-marks.ts';
import { LineSubject } from './line-subject.ts';
import { forgetRows, keepHistory, setText, steer } from './multi-line.ts';

export interface ScreenEvents {
  /** `about` is what the prompt asked when the first key of the text was typed. */
  line(text: string, about: string | null): void;
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
  readonly #keyboard: Keyboard | null = null;
  readonly #marks: PasteMarks | null = null;
  #label = '> ';
  readonly #subject = new LineSubject();
  /** The line that is being sent. */
  #sent = '';
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
    if (this.#terminal)
      this.#keyboard = new Keyboard(input, {
        enter: () => this.#entered(),
        paste: (text) => this.#pasted(text),
      });
    this.#lines = createInterface({
      input: this.#keyboard?.stream ?? input,
      output: this.#terminal ? this.#echo() : output,
      terminal: this.#terminal,
      historySize: 200,
    });
    this.#lines.on('line', (line) => {
      this.#prompted = false;
      this.#muted = true;
      // The line editor gives several lines back in an order of its own.
      events.line(this.#terminal ? this.#sent : line, this.#subject.take());
      this.#release();
    });
    this.#lines.on('SIGINT', () => events.interrupt());
    this.#lines.on('close', () => events.end());
    if (!this.#terminal) return;
    keepHistory(this.#lines);
    this.#keyboard?.prependListener('keypress', (_, key: Key) =>
      steer(this.#lines, key, (cursor) => this.#renew(this.#lines.line, cursor)),
    );
    this.#keyboard?.on('keypress', (_, key: Key) => this.#typed(key));
    if (process.env.TERM === 'dumb') return;
    this.#marks = new PasteMarks(input, output, {
      suspending: () => this.#erase(),
      resumed: () => this.showPrompt(),
    });
    this.#lines.on('SIGTSTP', () => this.#marks?.suspend());
  }

  /** What stands before the cursor while the screen waits for a line, and what it asks. */
  setLabel(label: string, asked: string | null = null): void {
    this.#subject.ask(asked);
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
    forgetRows(this.#lines);
    this.#redraw();
  }

  /** Empties the line that is being typed. False when there was none. */
  clearLine(): boolean {
    if (this.#lines.line === '') return false;
    this.#lines.write(null, { ctrl: true, name: 'e' });
    this.#lines.write(null, { ctrl: true, name: 'u' });
    this.#subject.follow('');
    return true;
  }

  /** Lends the terminal to another program until `work` is done. */
  async lend<T>(work: () => Promise<T>): Promise<T> {
    this.#erase();
    this.#lines.pause();
    this.#marks?.giveBack();
    try {
      return await work();
    } finally {
      this.#marks?.take();
      this.#lines.resume();
    }
  }

  close(): void {
    if (this.#prompted && this.#lines.line !== '') this.#leaveTyped();
    this.#erase();
    this.#release();
    if (this.#open !== '') this.#put('\n');
    this.#marks?.stop();
    this.#lines.close();
    this.#keyboard?.close();
  }

  /** What was typed and not sent stays on the screen. */
  #leaveTyped(): void {
    this.#lines.write(null, { ctrl: true, name: 'e' });
    this.#prompted = false;
    this.#put('\n');
  }

  #put(text: string): void {
    this.#output.write(text);
    this.#open = text.slice(text.lastIndexOf('\n') + 1) || (text.endsWith('\n') ? '' : this.#open);
  }

  #typed(key: Key): void {
    const { line, cursor } = this.#lines;
    this.#subject.follow(this.#lines.line);
    // What was cut out and is put in again may have several lines.
    if (key.ctrl && key.name === 'y' && line.includes('\n')) return this.#renew(line, cursor);
    if (line !== '') this.showPrompt();
  }

  /** Enter: sends the line, but for one that ends with a backslash, which goes on. */
  #entered(): boolean {
    const { line } = this.#lines;
    this.#sent = line;
    if (!line.endsWith('\\')) return false;
    this.#renew(`${line.slice(0, -1)}\n`);
    return true;
  }

  #pasted(text: string): void {
    if (text === '') return;
    if (text.length > MOST_PASTED)
      return this.print(
        `! more than ${MOST_PASTED} characters cannot be pasted; send them with: signalbox send - < FILE`,
      );
    const { line, cursor } = this.#lines;
    this.#renew(line.slice(0, cursor) + text + line.slice(cursor), cursor + text.length);
  }

  #renew(text: string, cursor = text.length): void {
    this.#erase();
    setText(this.#lines, text, cursor);
    forgetRows(this.#lines);
    this.#subject.follow(this.#lines.line);
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
    if (!this.#prompted) return;
    const { rows } = this.#lines.getCursorPos();
    moveCursor(this.#output, 0, -rows);
    cursorTo(this.#output, 0);
    clearScreenDown(this.#output);
    forgetRows(this.#lines);
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

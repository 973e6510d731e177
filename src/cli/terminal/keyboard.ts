import { EventEmitter } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import { stripVTControlCharacters } from 'node:util';

/** Characters that may be pasted at once. */
export const MOST_PASTED = 100_000;

const PASTE_BEGIN = '\u001b[200~';
const PASTE_END = '\u001b[201~';
const CTRL_C = '\u0003';
const LINE_END = /\r\n|[\r\n\u2028\u2029]/;
const CONTROL = /(?![\t\n])\p{Cc}/gu;

export interface KeyboardEvents {
  /** Enter was pressed. True when that was all: the line editor is not told. */
  enter(): boolean;
  /** Text that is to be looked at before it means anything; its lines end with `\n`. */
  paste(text: string): void;
}

/**
 * Sorts what a terminal sends into keys and pasted text. It takes the place of the terminal as the input of a line
 * editor, which is given the keys alone. A terminal that does not mark what is pasted sends it as keys in one burst:
 * so a line end that is not the last in what was read at once was not pressed by a person either.
 */
export class Keyboard extends EventEmitter {
  readonly #input: NodeJS.ReadStream;
  readonly #events: KeyboardEvents;
  readonly #decoder = new StringDecoder('utf8');
  /** A line editor uses no more of a stream than this has. */
  readonly stream = this as unknown as NodeJS.ReadableStream;
  /** What was pasted so far; null outside of a paste. */
  #pasted: string | null = null;
  /** The end of what was read: a mark may be cut in two. */
  #tail = '';

  constructor(input: NodeJS.ReadStream, events: KeyboardEvents) {
    super();
    this.#input = input;
    this.#events = events;
    input.on('data', this.#read);
    input.on('end', this.#end);
    input.on('error', this.#fail);
  }

  setRawMode(isRaw: boolean): this {
    this.#input.setRawMode(isRaw);
    return this;
  }

  pause(): this {
    this.#input.pause();
    return this;
  }

  resume(): this {
    this.#input.resume();
    return this;
  }

  close(): void {
    this.#input.off('data', this.#read);
    this.#input.off('end', this.#end);
    this.#input.off('error', this.#fail);
  }

  readonly #end = () => this.emit('end');
  readonly #fail = (error: Error) => this.emit('error', error);
  readonly #read = (chunk: Buffer | string) => {
    let rest = typeof chunk === 'string' ? chunk : this.#decoder.write(chunk);
    while (rest !== '') rest = this.#pasted === null ? this.#takeKeys(rest) : this.#takePaste(rest);
  };

  /** Takes the keys up to the next paste; the answer is what comes behind its mark. */
  #takeKeys(text: string): string {
    const seen = this.#tail + text;
    const at = seen.indexOf(PASTE_BEGIN);
    if (at === -1) {
      this.#tail = seen.slice(1 - PASTE_BEGIN.length);
      this.#press(text, true);
      return '';
    }
    const begin = Math.max(0, at - this.#tail.length);
    const end = at + PASTE_BEGIN.length - this.#tail.length;
    this.#press(text.slice(0, begin), false);
    // The editor may have the beginning of the mark already; a whole one means nothing to it.
    this.emit('data', text.slice(begin, end));
    this.#tail = '';
    this.#pasted = '';
    return text.slice(end);
  }

  #takePaste(text: string): string {
    const seen = this.#tail + text;
    // A terminal that never says where the paste ends must not take the keyboard away.
    const isStuck = text === CTRL_C;
    const at = isStuck ? seen.length - 1 : seen.indexOf(PASTE_END);
    const body = at === -1 ? seen.slice(0, 1 - PASTE_END.length) : seen.slice(0, at);
    const pasted = (this.#pasted + body).slice(0, MOST_PASTED + 1);
    this.#tail = at === -1 ? seen.slice(body.length) : '';
    this.#pasted = at === -1 ? pasted : null;
    if (at === -1) return '';
    // What is pasted often ends with the end of its last line: that is no line of its own.
    this.#events.paste(cleaned(pasted).replace(/\n+$/, ''));
    return isStuck ? CTRL_C : seen.slice(at + PASTE_END.length);
  }

  /** `isLast`: nothing came behind these keys. */
  #press(keys: string, isLast: boolean): void {
    const found = LINE_END.exec(keys);
    if (!found) return void this.emit('data', keys);
    if (isLast && found.index + found[0].length === keys.length) {
      this.emit('data', keys.slice(0, found.index));
      if (!this.#events.enter()) this.emit('data', '\r');
      return;
    }
    this.#events.paste(cleaned(keys));
    if (keys.includes(CTRL_C)) this.emit('data', CTRL_C);
  }
}

/** Without what a terminal would obey, and with one kind of line end. */
function cleaned(text: string): string {
  return stripVTControlCharacters(text).replace(new RegExp(LINE_END, 'g'), '\n').replace(CONTROL, '');
}

/**
 * Fulfilled when everything was read that was typed before the call: a terminal keeps what nobody has read yet, and
 * hands it over in the next turn of the event loop.
 */
export const typedAhead = (): Promise<void> =>
  new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

import type { Entry } from '../../client/index.ts';
import { EntryStream, type Piece } from '../render/entry-stream.ts';
import type { Paint } from '../render/paint.ts';
import { printable } from '../render/printable.ts';
import { toolResultLines, toolTitle } from '../render/tool-lines.ts';

export interface Sinks {
  /** The answer itself, and nothing else. */
  out(text: string): void;
  /** What happens beside it. */
  err(line: string): void;
  /** Escapes what a terminal would obey; the identity where the answer goes to a file. */
  clean(text: string): string;
  paint: Paint;
}

/** Writes a turn as it goes: the assistant's words to `out`, all else in lines to `err`. */
export class TextOutput {
  readonly #sinks: Sinks;
  readonly #stream = new EntryStream();
  #atLineStart = true;
  #waiting: readonly Entry[] | null = null;
  #isHeld = false;

  constructor(sinks: Sinks) {
    this.#sinks = sinks;
  }

  /** While a question stands on the terminal nothing is written into it. */
  hold(isHeld: boolean): void {
    this.#isHeld = isHeld;
    const waiting = this.#waiting;
    this.#waiting = null;
    if (isHeld) this.end();
    else if (waiting) this.show(waiting);
  }

  show(entries: readonly Entry[]): void {
    if (this.#isHeld) {
      this.#waiting = entries;
      return;
    }
    for (const piece of this.#stream.next(entries)) this.#write(piece);
  }

  /** Ends the last line. */
  end(): void {
    if (!this.#atLineStart) this.#sinks.out('\n');
    this.#atLineStart = true;
  }

  note(text: string): void {
    this.end();
    this.#sinks.err(this.#isHeld ? `\n${text}` : text);
  }

  #write(piece: Piece): void {
    const { paint } = this.#sinks;
    switch (piece.kind) {
      case 'text': {
        if (piece.entry.kind !== 'assistant') return;
        if (piece.starts) this.end();
        const text = this.#sinks.clean(piece.text);
        this.#sinks.out(text);
        this.#atLineStart = text.endsWith('\n');
        return;
      }
      case 'toolStarted':
        return this.note(paint.cyan(`> ${toolTitle(piece.entry)}`));
      case 'toolAgain':
        return this.note(paint.dim(`· ${toolTitle(piece.entry)}`));
      case 'toolEnded':
        return this.note(
          paint.dim(
            toolResultLines(piece.entry)
              .map((line) => `  ${line}`)
              .join('\n'),
          ),
        );
      case 'note':
        return this.note(paint.yellow(`! ${printable(piece.entry.text)}`));
      case 'takenBack':
        return this.note(paint.yellow('! the model was cut off; what it said last is said again'));
    }
  }
}

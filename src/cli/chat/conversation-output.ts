import type { Approval, Entry, View } from '../../client/index.ts';
import { approvalLines } from '../approve/approval-lines.ts';
import { EntryStream, type Piece } from '../render/entry-stream.ts';
import type { Paint } from '../render/paint.ts';
import { printable } from '../render/printable.ts';
import { toolResultLines, toolState, toolTitle } from '../render/tool-lines.ts';

/** Where a conversation is written to: text as it streams, and whole lines. */
export interface Sink {
  write(text: string): void;
  /** What comes next begins a line. */
  freshLine(): void;
  print(text: string): void;
}

/** Entries that are shown of what was before. */
const RECENT = 12;

/** Writes what happens in a conversation as a person reads it in a terminal. */
export class ConversationOutput {
  readonly #sink: Sink;
  readonly #paint: Paint;
  readonly #stream = new EntryStream();
  /** Messages of this person: not shown again, or shown as theirs when their turn begins. */
  readonly #mine = new Map<string, 'shown' | 'queued'>();
  readonly #asked = new Set<string>();
  /** Calls whose output was shown while they ran. */
  readonly #streamed = new Set<string>();
  #link: View['link'] = 'live';
  #environment = '';

  constructor(sink: Sink, paint: Paint) {
    this.#sink = sink;
    this.#paint = paint;
  }

  /** A message that this person typed: it stands on the screen already. */
  typed(clientMessageId: string): void {
    this.#mine.set(clientMessageId, 'shown');
  }

  /** It waits for its turn; by then it will be far up on the screen. */
  queued(clientMessageId: string): void {
    this.#mine.set(clientMessageId, 'queued');
  }

  /** What happened lately. */
  showRecent(view: View): void {
    const recent = view.entries.slice(-RECENT);
    this.#stream.skip(view.entries.slice(0, -RECENT));
    if (view.entries.length > recent.length)
      this.#sink.print(this.#paint.dim(`… ${view.entries.length - recent.length} earlier`));
    this.show(view);
  }

  show(view: View): void {
    this.#showLink(view);
    for (const piece of this.#stream.next(view.entries)) this.#writePiece(piece);
    for (const approval of view.approvals) this.#ask(approval);
  }

  #showLink({ link, environment }: View): void {
    const { yellow } = this.#paint;
    if (link !== this.#link && link === 'settling')
      this.#sink.print(yellow('! connection lost; coming back'));
    if (link !== this.#link && link === 'live') this.#sink.print(yellow('! connected again'));
    this.#link = link;
    const now = environment ? `${environment.name} is ${environment.status}` : '';
    if (this.#environment !== '' && now !== '' && now !== this.#environment)
      this.#sink.print(yellow(`! ${printable(now)}`));
    this.#environment = now || this.#environment;
  }

  #ask(approval: Approval): void {
    if (this.#asked.has(approval.requestId)) return;
    this.#asked.add(approval.requestId);
    this.#sink.print(`\n${approvalLines(approval, this.#paint).join('\n')}`);
  }

  #writePiece(piece: Piece): void {
    const { dim, cyan, yellow, green, red, bold } = this.#paint;
    const print = (text: string) => this.#sink.print(text);
    switch (piece.kind) {
      case 'user': {
        const { clientMessageId, by, text } = piece.entry;
        const mine = clientMessageId === null ? undefined : this.#mine.get(clientMessageId);
        if (mine === 'shown') return;
        const who = mine ? 'you' : by ? printable(by) : 'someone';
        return print(bold(`${who}: `) + printable(text));
      }
      case 'text': {
        const text = printable(piece.text);
        const shown = piece.entry.kind === 'reasoning' ? dim(text) : text;
        // An entry of its own begins on a line of its own.
        if (piece.starts) this.#sink.freshLine();
        return this.#sink.write(shown);
      }
      case 'toolStarted':
        return print(cyan(`> ${toolTitle(piece.entry)}`));
      case 'toolAgain':
        return print(dim(`· ${toolTitle(piece.entry)}`));
      case 'toolOutput':
        this.#streamed.add(piece.entry.key);
        return print(piece.lines.map((line) => dim(`  | ${printable(line)}`)).join('\n'));
      case 'decided': {
        const { behavior, by, message } = piece.entry.decision ?? {
          behavior: 'deny',
          by: null,
          message: null,
        };
        const who = by ? ` by ${printable(by)}` : '';
        const why = message ? `: ${printable(message)}` : '';
        const said = behavior === 'allow' ? green('allowed') : red('denied');
        return print(`  ${printable(piece.entry.name)} ${said}${who}${why}`);
      }
      case 'toolEnded':
        return print(dim(this.#resultLines(piece.entry).join('\n')));
      case 'note':
        return print(
          piece.entry.level === 'error'
            ? red(`! ${printable(piece.entry.text)}`)
            : yellow(`! ${printable(piece.entry.text)}`),
        );
      case 'takenBack':
        return print(yellow('! the model was cut off; what it said last is said again'));
    }
  }

  #resultLines(tool: Extract<Entry, { kind: 'tool' }>): string[] {
    const lines = this.#streamed.delete(tool.key) ? [toolState(tool)] : toolResultLines(tool);
    return lines.map((line) => `  ${line}`);
  }
}

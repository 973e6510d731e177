import type { Entry, NoteEntry, TextEntry, ToolEntry, UserEntry } from '../../client/index.ts';

/** What is new in a transcript, in the order in which a person should read it. */
export type Piece =
  | { kind: 'user'; entry: UserEntry }
  /** More text of one entry. `starts` when it is the first of it. */
  | { kind: 'text'; entry: TextEntry; text: string; starts: boolean }
  | { kind: 'toolStarted'; entry: ToolEntry }
  /** What comes next is of this call; the one before was of another. */
  | { kind: 'toolAgain'; entry: ToolEntry }
  /** Whole lines that a running call has put out since the last piece. */
  | { kind: 'toolOutput'; entry: ToolEntry; lines: string[] }
  /** A person said yes or no to a call. */
  | { kind: 'decided'; entry: ToolEntry }
  | { kind: 'toolEnded'; entry: ToolEntry }
  | { kind: 'note'; entry: NoteEntry }
  /** What was shown of a model step does not count: it was cut off, and comes again. */
  | { kind: 'takenBack' };

/** Turns views that follow on each other into the pieces by which they differ. */
export class EntryStream {
  #shown = new Map<string, Entry>();
  #length = 0;
  /** The call that the last piece about a call was of. */
  #tool: string | null = null;

  /** Takes entries as known, without showing them. */
  skip(entries: readonly Entry[]): void {
    for (const entry of entries) this.#shown.set(entry.key, entry);
  }

  next(entries: readonly Entry[]): Piece[] {
    const pieces: Piece[] = [];
    if (this.#forgetTakenBack(entries)) pieces.push({ kind: 'takenBack' });
    for (const entry of entries) {
      const before = this.#shown.get(entry.key);
      if (before === entry) continue;
      this.#shown.set(entry.key, entry);
      for (const piece of difference(before, entry)) pieces.push(...this.#named(piece));
    }
    return pieces;
  }

  /** Calls run beside each other: whose output or end it is has to be said when another call spoke last. */
  #named(piece: Piece): Piece[] {
    if (!('entry' in piece) || piece.entry.kind !== 'tool') return [piece];
    const { entry, kind } = piece;
    const isOther = this.#tool !== entry.key;
    this.#tool = entry.key;
    const needsName = isOther && (kind === 'toolOutput' || kind === 'toolEnded');
    return needsName ? [{ kind: 'toolAgain', entry }, piece] : [piece];
  }

  /** A snapshot holds only the newest messages: older ones that are gone were not taken back. */
  #forgetTakenBack(entries: readonly Entry[]): boolean {
    // Looked for only when it can be: taking back leaves at most as many entries as there were.
    const grew = entries.length > this.#length;
    this.#length = entries.length;
    if (grew || this.#shown.size === 0) return false;
    const keys = new Set(entries.map((entry) => entry.key));
    const first = entries[0];
    let reached = first === undefined || !this.#shown.has(first.key);
    let gone = false;
    for (const [key, entry] of this.#shown) {
      reached ||= key === first?.key;
      if (!reached || keys.has(key) || entry.kind === 'note') continue;
      this.#shown.delete(key);
      gone ||= entry.kind === 'assistant' || entry.kind === 'tool';
    }
    return gone;
  }
}

function difference(before: Entry | undefined, entry: Entry): Piece[] {
  switch (entry.kind) {
    case 'user':
      return before ? [] : [{ kind: 'user', entry }];
    case 'note':
      return before ? [] : [{ kind: 'note', entry }];
    case 'tool':
      return toolDifference(before?.kind === 'tool' ? before : undefined, entry);
    default: {
      const known = before && 'text' in before ? before.text : '';
      if (!entry.text.startsWith(known)) return [{ kind: 'text', entry, text: entry.text, starts: true }];
      const text = entry.text.slice(known.length);
      return text ? [{ kind: 'text', entry, text, starts: known === '' }] : [];
    }
  }
}

function toolDifference(before: ToolEntry | undefined, entry: ToolEntry): Piece[] {
  const started = entry.state !== 'proposed';
  const pieces: Piece[] = [];
  if (entry.decision && !before?.decision) pieces.push({ kind: 'decided', entry });
  if (started && (before === undefined || before.state === 'proposed'))
    pieces.push({ kind: 'toolStarted', entry });
  const lines = newLines(before?.output ?? '', entry.output);
  if (entry.state === 'running' && !entry.hasResult && lines.length > 0)
    pieces.push({ kind: 'toolOutput', entry, lines });
  // The end is told a moment before its result; one piece for both, when the result is there.
  if (entry.hasResult && !before?.hasResult) pieces.push({ kind: 'toolEnded', entry });
  return pieces;
}

/** Output grows at its end; once it is longer than what is kept of it, its beginning moves and lines are skipped. */
function newLines(before: string, after: string): string[] {
  const from = after.startsWith(before) ? before.lastIndexOf('\n') + 1 : after.length;
  return after
    .slice(from, after.lastIndexOf('\n') + 1)
    .split('\n')
    .slice(0, -1);
}

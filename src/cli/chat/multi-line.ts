import type { Interface, Key } from 'node:readline';

/** What the line editor has beyond its types. */
interface Editor {
  line: string;
  cursor: number;
  prevRows: number;
}
const editorOf = (lines: Interface) => lines as unknown as Editor;

/** Has the line editor hold `text`, which may have several lines. What is on the screen is for the caller to renew. */
export function setText(lines: Interface, text: string, cursor = text.length): void {
  const editor = editorOf(lines);
  editor.line = text;
  editor.cursor = text.length;
  // The editor looks for line ends when a command sets the line, as deleting the rest of it does.
  lines.write(null, { ctrl: true, name: 'k' });
  editor.cursor = cursor;
}

/** The line editor counts the rows above the cursor from here on anew. */
export function forgetRows(lines: Interface): void {
  editorOf(lines).prevRows = 0;
}

/** A text of several lines takes the place of the newest line in the editor's history; here it is put back. */
export function keepHistory(lines: Interface): void {
  let newest: string | undefined;
  lines.on('history', (history) => {
    if (newest !== undefined && !history.includes(newest)) history.splice(1, 0, newest);
    newest = history[0];
  });
}

/**
 * Makes of Up and Down what the line editor can do: it takes the rows of the screen for lines of the text, and fails
 * where a line is wider than the screen. Called before the editor sees the key, which it changes.
 */
export function steer(lines: Interface, key: Key, moveTo: (cursor: number) => void): void {
  if (key.ctrl || key.meta || key.shift || (key.name !== 'up' && key.name !== 'down')) return;
  const { line, cursor } = lines;
  const isUp = key.name === 'up';
  if (!line.includes('\n') && !(isUp && lines.getCursorPos().rows > 0)) return;
  const target = besideLine(line, cursor, isUp);
  key.ctrl = target === null;
  key.name = target !== null ? 'undefined' : isUp ? 'p' : 'n';
  if (target !== null) moveTo(target);
}

/** The same column in the line above or below; null when there is none. */
function besideLine(text: string, cursor: number, isUp: boolean): number | null {
  const starts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
  const at = starts.findLastIndex((start) => start <= cursor);
  const start = starts[isUp ? at - 1 : at + 1];
  if (start === undefined) return null;
  const end = text.indexOf('\n', start);
  return Math.min(start + cursor - (starts[at] ?? 0), end === -1 ? text.length : end);
}

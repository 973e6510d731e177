import { printable } from './render/printable.ts';

/** Rows under headings, columns aligned; `(none)` when there are no rows. */
export function table(headings: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return '(none)\n';
  const cells = [headings.map((heading) => heading.toUpperCase()), ...rows.map((row) => row.map(oneLine))];
  const widths = headings.map((_, i) => Math.max(...cells.map((row) => (row[i] ?? '').length)));
  const lines = cells.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  return `${lines.join('\n')}\n`;
}

/** A listing as a table for people, or as JSON for programs. */
export function printListing(
  json: boolean | undefined,
  items: readonly unknown[],
  headings: readonly string[],
  rows: readonly (readonly string[])[],
): void {
  process.stdout.write(json ? `${JSON.stringify(items, null, 2)}\n` : table(headings, rows));
}

/** How long ago, in one word; `now` and `at` are epoch milliseconds. */
export function ago(at: number | null | undefined, now: number): string {
  if (!at) return 'never';
  const seconds = Math.max(0, Math.round((now - at) / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} d ago`;
}

const oneLine = (cell: string): string => printable(cell).replaceAll('\n', ' ');

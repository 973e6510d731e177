import { isMet, type Line } from './row.ts';
import type { Stats } from './stats.ts';

const HEAD = ['work', 'ours', 'spread', 'bare limit', 'ours/bare', 'target', ''] as const;

export function table(lines: readonly Line[]): string {
  const rows = [HEAD, ...lines.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const drawn = rows.map((row) =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd(),
  );
  const notes = lines.flatMap(({ work, note }) => (note ? [`  ${work}: ${note}`] : []));
  return [...drawn, ...(notes.length > 0 ? ['', ...notes] : [])].join('\n');
}

function cells(line: Line): string[] {
  const { work, unit, ours, bare, target } = line;
  const met = isMet(line);
  return [
    work,
    `${digits(ours.median)} ${unit}`,
    spread(ours),
    bare ? `${digits(bare.median)} ${unit} (${spread(bare)})` : '',
    bare ? ratio(ours.median / bare.median) : '',
    target ? ('most' in target ? `≤ ${target.most}` : `≥ ${target.least}`) : '',
    met === null ? '' : met ? 'met' : 'MISSED',
  ];
}

const spread = ({ low, high }: Stats): string => `${digits(low)}–${digits(high)}`;
const ratio = (value: number): string => (value >= 100 ? value.toFixed(0) : value.toPrecision(2));

function digits(value: number): string {
  const size = Math.abs(value);
  return size >= 1_000
    ? value.toFixed(0)
    : size >= 100
      ? value.toFixed(0)
      : size >= 10
        ? value.toFixed(1)
        : value.toFixed(2);
}

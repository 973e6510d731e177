import type { Approval } from '../../client/index.ts';
import type { Paint } from '../render/paint.ts';
import { exact } from '../render/printable.ts';

type Diff = Approval['diffs'][number];
type Hunk = Extract<Diff, { hunks: unknown }>['hunks'][number];

/** Everything a person must see to decide: every argument in full, as a diff where there is one. */
export function approvalLines(approval: Approval, paint: Paint): string[] {
  const diffs = approval.diffs.filter(isPreview);
  const shown = diffs.length > 0 ? ['content', 'old_string', 'new_string'] : [];
  const rest = Object.entries(approval.input).filter(([name]) => !shown.includes(name));
  return [
    paint.bold(`${exact(approval.toolName)} asks for permission`),
    ...rest.flatMap(([name, value]) => argumentLines(name, value)),
    ...diffs.flatMap((diff) => diffLines(diff, paint)),
    ...approval.suggestions.map(({ text }) => paint.dim(`  "always" would mean: ${exact(text)}`)),
  ];
}

function argumentLines(name: string, value: unknown): string[] {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const lines = exact(text).split('\n');
  if (lines.length === 1) return [`  ${exact(name)}: ${lines[0]}`];
  return [`  ${exact(name)}:`, ...lines.map((line) => `    ${line}`)];
}

const isPreview = (diff: Diff): diff is Diff & { hunks: Hunk[] } => Array.isArray(diff.hunks);

function diffLines(diff: { fileName: string; hunks: Hunk[] }, paint: Paint): string[] {
  return diff.hunks.flatMap((hunk) => [
    paint.cyan(
      `  @@ ${exact(diff.fileName)} -${hunk.oldStart},${hunk.oldLines} +${hunk.newStart},${hunk.newLines}`,
    ),
    ...hunk.lines.map(({ type, content }) => {
      const text = exact(content);
      if (type === 'add') return paint.green(`  + ${text}`);
      return type === 'remove' ? paint.red(`  - ${text}`) : `    ${text}`;
    }),
  ]);
}

import { type Divergence, showDivergence } from '../../replay/divergence.ts';
import type { Damage } from '../../replay/entry-check.ts';
import { placeOf } from '../../replay/recorded-line.ts';
import type { ReplayResult } from '../../replay/session-replay.ts';

/** What `replay` ends with: 0 equal, 1 a divergence, 2 a file that is damaged. */
export function exitCodeOf({ divergence, damaged }: Pick<ReplayResult, 'divergence' | 'damaged'>): number {
  if (damaged !== undefined) return 2;
  return divergence === undefined ? 0 : 1;
}

/** The result for people. */
export function showResult(result: ReplayResult): string {
  const { lines, roots, divergences, damaged, torn, skipped, ok } = result;
  const [first, ...others] = divergences;
  return [
    ...(first ? [showDivergence(first), ''] : []),
    ...(others.length > 0 ? [`Also diverging: ${others.map(placeAndRoot).join(', ')}`] : []),
    ...(damaged ? [showDamage(damaged)] : []),
    ...skipped.map(({ root, reason }) => `not replayed: ${root}, ${reason}`),
    ...(torn ? [`${placeOf(torn)} is cut off, as by a process that was killed while it wrote`] : []),
    `${ok ? 'equal' : 'not equal'}: ${count(lines, 'line')}, ${count(roots, 'root')}`,
  ].join('\n');
}

export function showDamage(damaged: Damage): string {
  return `damaged: ${placeOf(damaged)} ${damaged.reason}`;
}

function placeAndRoot(divergence: Divergence): string {
  return `${divergence.root} (${placeOf(divergence)})`;
}

function count(number: number, what: string): string {
  return `${number.toLocaleString('en')} ${what}${number === 1 ? '' : 's'}`;
}

import type { ActorState, Step } from './create-replay.ts';
import { textOf } from './recorded-line.ts';

/** A state value in one line: `running.going`, and `attached(link.backoff, outage.lasting)` where states are parallel. */
export function showValue(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return '-';
  const parts = Object.entries(value).map(([name, inner]) => {
    if (typeof inner !== 'object' || inner === null) return `${name}.${String(inner)}`;
    const below = showValue(inner);
    if (below === '') return name;
    return Object.keys(inner).length > 1 ? `${name}(${below})` : `${name}.${below}`;
  });
  return parts.join(', ');
}

/** The line, and below it how the states of its root went on. */
export function showStep({ line, moves, divergence }: Step, width: number): string {
  const text = `${String(line.position).padStart(5)}  ${textOf(line)}`;
  const shown = text.length > width ? `${text.slice(0, width - 1)}…` : text;
  const moved = moves
    .filter(({ from, to }) => showValue(from) !== showValue(to))
    .map(({ root, path, from, to }) => {
      const name = path === '.' ? root : `${root} ${path}`;
      return `         ${name}: ${from === null ? 'started' : showValue(from)} → ${to === null ? 'gone' : showValue(to)}`;
    });
  const trouble = divergence === null ? [] : [`         differs: ${divergence.reason}`];
  return [shown, ...moved, ...trouble].join('\n');
}

/** All actors that live, root by root. */
export function showStates(states: readonly ActorState[]): string {
  if (states.length === 0) return '(nothing is alive)';
  const roots = [...new Set(states.map(({ root }) => root))];
  return roots
    .flatMap((root) => [
      root,
      ...states
        .filter((state) => state.root === root)
        .map(({ path, kind, value, src }) =>
          kind === 'machine' ? `  ${path}  ${showValue(value)}` : `  ${path}  (effect ${src})`,
        ),
    ])
    .join('\n');
}

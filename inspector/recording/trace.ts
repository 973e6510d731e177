import type { MachineShape, TransitionShape } from '../layout/describe-machine.ts';
import { activeLeaves } from '../why/reasons.ts';

/** The states that are active in a value, with all those around them. */
export function activeStates(shape: MachineShape, value: unknown): Set<string> {
  const active = new Set<string>();
  if (value === null || value === undefined) return active;
  for (const leaf of activeLeaves(shape.id, value)) {
    const parts = leaf.split('.');
    for (let length = parts.length; length > 0; length -= 1) active.add(parts.slice(0, length).join('.'));
  }
  return active;
}

/** What set a change off, as far as the log tells. */
export interface Cause {
  verb: string;
  eventType: string | null;
}

/**
 * The transitions that led from one value to another. The log holds the inputs of a root, not what its actors say to
 * one another, so of several that fit the one that the cause names is meant, else all of them.
 */
export function tracedTransitions(shape: MachineShape, from: unknown, to: unknown, cause: Cause): string[] {
  const before = activeStates(shape, from);
  const after = activeStates(shape, to);
  const entered = [...after].filter((id) => !before.has(id));
  const fitting = shape.transitions.filter(
    (transition) =>
      transition.to !== null && before.has(transition.from) && leadsInto(transition.to, entered, after),
  );
  const named = fitting.filter((transition) => isOf(transition, cause));
  return (named.length > 0 ? named : fitting).map(({ id }) => id);
}

/** Into a state that was entered, from outside it or from around it. */
function leadsInto(target: string, entered: readonly string[], after: ReadonlySet<string>): boolean {
  return after.has(target) && entered.some((id) => id === target || id.startsWith(`${target}.`));
}

function isOf({ kind, name }: TransitionShape, { verb, eventType }: Cause): boolean {
  if (verb === 'timer') return kind === 'delay';
  if (eventType === null || name === null) return false;
  if (kind === 'event') return name === eventType;
  return (kind === 'done' || kind === 'error') && eventType === `xstate.${kind}.actor.${name}`;
}

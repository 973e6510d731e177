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
 * one another, so of several that fit the one that the cause names is meant, else all of them. Where none leads there
 * by itself, those count that pass through states in which nothing stays.
 */
export function tracedTransitions(shape: MachineShape, from: unknown, to: unknown, cause: Cause): string[] {
  const before = activeStates(shape, from);
  const after = activeStates(shape, to);
  const entered = [...after].filter((id) => !before.has(id));
  const arrives = ({ to: target }: TransitionShape) => target !== null && leadsInto(target, entered, after);
  let ways = shape.transitions
    .filter((transition) => transition.to !== null && before.has(transition.from))
    .map((transition) => [transition]);
  for (let passed = 0; passed <= MOST_PASSED; passed += 1) {
    const fitting = ways.filter((way) => arrives(way.at(-1) as TransitionShape));
    const named = fitting.filter(([first]) => first && isOf(first, cause));
    const meant = named.length > 0 ? named : fitting;
    if (meant.length > 0) return [...new Set(meant.flat().map(({ id }) => id))];
    ways = ways.flatMap((way) => {
      const place = enteredWith(shape, way.at(-1)?.to ?? '');
      const onwards = shape.transitions.filter(
        ({ kind, from: left }) => kind === 'always' && place.has(left),
      );
      return onwards.map((next) => [...way, next]);
    });
  }
  return [];
}

/** States passed through in one step, at most. */
const MOST_PASSED = 3;

/** What a transition into a state makes active: the state, and what it begins in. */
function enteredWith(shape: MachineShape, target: string): Set<string> {
  const active = new Set([target]);
  // Parents come before their children.
  for (const { id, parent } of shape.states) {
    const outer = shape.states.find((state) => state.id === parent);
    if (outer && active.has(outer.id) && (outer.kind === 'parallel' || outer.initial === id)) active.add(id);
  }
  return active;
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

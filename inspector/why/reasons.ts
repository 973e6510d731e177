import type { MachineShape, StateShape } from '../layout/describe-machine.ts';

/** What an actor waits for, by one of its active states. */
export interface Reason {
  /** The state, such as `tools.awaitingApproval`. */
  state: string;
  why: string;
  /** Who can change it. */
  who: string;
}

/**
 * What a machine in this state waits for: the words of its active states, of several only those that differ. A state
 * without words speaks with those of the states around it, or else names the actors whose answer it needs.
 */
export function reasonsOf(shape: MachineShape, value: unknown): Reason[] {
  const states = new Map(shape.states.map((state) => [state.id, state]));
  const reasons = activeLeaves(shape.id, value).map((id) => reasonOf(id, shape.id, states));
  return reasons.filter(({ why }, at) => reasons.findIndex((other) => other.why === why) === at);
}

/** The state has no words, so only its name is told. */
export function isBare({ state, why }: Reason): boolean {
  return why === bare(state);
}

const bare = (state: string): string => `it is in ${state}`;

function reasonOf(leaf: string, machine: string, states: ReadonlyMap<string, StateShape>): Reason {
  const state = leaf.slice(machine.length + 1);
  const line: StateShape[] = [];
  for (let at = states.get(leaf); at?.parent != null; at = states.get(at.parent)) line.push(at);
  const spoken = line.find(({ why }) => why !== null);
  if (spoken) return { state, why: spoken.why ?? '', who: spoken.who ?? 'nobody' };
  const actors = line.flatMap(({ invokes }) => invokes.map(({ id }) => id));
  if (actors.length === 0) return { state, why: bare(state), who: 'nobody' };
  return { state, why: `waiting for its actor ${actors.join(' and ')}`, who: 'that actor' };
}

/** The ids of the innermost active states of a state value. */
export function activeLeaves(id: string, value: unknown): string[] {
  if (typeof value === 'string') return [`${id}.${value}`];
  const regions = Object.entries((value ?? {}) as Record<string, unknown>);
  return regions.length === 0
    ? [id]
    : regions.flatMap(([name, inner]) => activeLeaves(`${id}.${name}`, inner));
}

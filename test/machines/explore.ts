import {
  type AnyStateMachine,
  createMachine,
  type EventFromLogic,
  getNextTransitions,
  type SnapshotFrom,
} from 'xstate';
import { getAdjacencyMap } from 'xstate/graph';

/** A machine's whole state space, small enough to be walked. */
export interface Exploration<TMachine extends AnyStateMachine> {
  input: unknown;
  /** The events to try in each state; given as a function, those that make sense in it. */
  events: readonly AnyEvent[] | ((snapshot: SnapshotFrom<TMachine>) => readonly AnyEvent[]);
  /**
   * What tells two states apart beside `value` and `status`: a few booleans and small counts. Without it the space
   * may be endless.
   */
  abstract?: (snapshot: SnapshotFrom<TMachine>) => unknown;
  /** The most edges to walk. */
  limit?: number;
}

export interface AnyEvent {
  type: string;
  [key: string]: unknown;
}

export interface ExploredState<TMachine extends AnyStateMachine> {
  key: string;
  snapshot: SnapshotFrom<TMachine>;
  /** The shortest way here. */
  path: AnyEvent[];
  /** Every event that was tried here, and the key of where it led. */
  edges: { event: AnyEvent; to: string }[];
}

export interface Explored<TMachine extends AnyStateMachine> {
  states: ExploredState<TMachine>[];
  at(key: string): ExploredState<TMachine>;
  /** The states that can still be reached from one, itself included. */
  reachableFrom(key: string): ExploredState<TMachine>[];
  /** Transitions of the machine that no edge took, as `state on event`; [] when all were. */
  untaken(): string[];
}

/** What an invoked actor says to its parent when it is done, and when it throws. */
export const childDone = (id: string, output?: unknown): AnyEvent => ({
  type: `xstate.done.actor.${id}`,
  actorId: id,
  output,
});
export const childFailed = (id: string, error: unknown = new Error('a bug')): AnyEvent => ({
  type: `xstate.error.actor.${id}`,
  actorId: id,
  error,
});

/**
 * Walks every state of `machine` that `events` and its own timers lead to. What a child says is tried only while the
 * child is there, and nothing is tried in a machine that has ended.
 */
export function explore<TMachine extends AnyStateMachine>(
  machine: TMachine,
  { input, events, abstract = () => null, limit = 20_000 }: Exploration<TMachine>,
): Explored<TMachine> {
  const keyOf = (snapshot: SnapshotFrom<TMachine>): string => {
    const { value, status } = snapshot as SnapshotFrom<AnyStateMachine>;
    return JSON.stringify([value, status, abstract(snapshot)]);
  };
  // The types of the graph package do not bear machines that emit; this is the one place that casts.
  const map = getAdjacencyMap(
    machine as never,
    {
      input,
      limit,
      filterEvents: isPossible,
      events: (snapshot: SnapshotFrom<TMachine>) => [
        ...(typeof events === 'function' ? events(snapshot) : events),
        ...timersOf(snapshot),
      ],
      serializeState: keyOf,
      serializeEvent: (event: AnyEvent) => JSON.stringify(event, errorsAsText),
    } as never,
  ) as unknown as Record<string, MapEntry<TMachine>>;

  const states = new Map<string, ExploredState<TMachine>>();
  for (const [key, { state, transitions }] of Object.entries(map))
    states.set(key, {
      key,
      snapshot: state,
      path: [],
      edges: Object.values(transitions).map(({ event, state }) => ({ event, to: keyOf(state) })),
    });
  const at = (key: string): ExploredState<TMachine> => {
    const state = states.get(key);
    if (!state) throw new Error(`no such state: ${key}`);
    return state;
  };
  const all = [...states.values()];
  const first = all[0];
  if (first) walk(first, at, (from, event, to) => to.path.push(...from.path, event));

  return {
    states: all,
    at,
    reachableFrom(key) {
      const found = [at(key)];
      walk(at(key), at, (_from, _event, to) => found.push(to));
      return found;
    },
    untaken: () => untaken(machine, all),
  };
}

/** Fails with the shortest way to the state that breaks `holds`. */
export function assertEverywhere<TMachine extends AnyStateMachine>(
  explored: Explored<TMachine>,
  invariant: string,
  holds: (state: ExploredState<TMachine>) => boolean,
): void {
  const broken = explored.states
    .filter((state) => !holds(state))
    .sort((a, b) => a.path.length - b.path.length)[0];
  if (!broken) return;
  const steps = broken.path.map((event) => event.type).join(' -> ') || '(at once)';
  throw new Error(`"${invariant}" does not hold in ${broken.key}, reached by ${steps}`);
}

/** The same machine with one thing broken, to show that a check would see it. */
export function mutantOf<TMachine extends AnyStateMachine>(
  machine: TMachine,
  // biome-ignore lint/suspicious/noExplicitAny: a config is a tree of whatever the machine has.
  damage: (config: any) => void,
): TMachine {
  const config = copyTree(machine.config);
  damage(config);
  return createMachine(config as never, machine.implementations as never) as unknown as TMachine;
}

interface MapEntry<TMachine extends AnyStateMachine> {
  state: SnapshotFrom<TMachine>;
  transitions: Record<string, { event: AnyEvent; state: SnapshotFrom<TMachine> }>;
}

function isPossible(snapshot: SnapshotFrom<AnyStateMachine>, event: AnyEvent): boolean {
  if (snapshot.status !== 'active') return false;
  const child = /^xstate\.(?:done|error)\.actor\.(.+)$/.exec(event.type)?.[1];
  return child === undefined || snapshot.children[child] !== undefined;
}

function timersOf(snapshot: SnapshotFrom<AnyStateMachine>): AnyEvent[] {
  return getNextTransitions(snapshot)
    .filter((transition) => transition.eventType.startsWith('xstate.after'))
    .map((transition) => ({ type: transition.eventType }));
}

function errorsAsText(_key: string, value: unknown): unknown {
  return value instanceof Error ? `${value.name}: ${value.message}` : value;
}

/** `structuredClone` for what holds functions. */
function copyTree(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyTree);
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, copyTree(entry)]));
}

/** Breadth first, so the first way to a state is a shortest one. */
function walk<TMachine extends AnyStateMachine>(
  from: ExploredState<TMachine>,
  at: (key: string) => ExploredState<TMachine>,
  visit: (from: ExploredState<TMachine>, event: AnyEvent, to: ExploredState<TMachine>) => void,
): void {
  const seen = new Set([from.key]);
  const queue = [from];
  for (let state = queue.shift(); state; state = queue.shift())
    for (const { event, to } of state.edges) {
      if (seen.has(to)) continue;
      seen.add(to);
      visit(state, event, at(to));
      queue.push(at(to));
    }
}

function untaken<TMachine extends AnyStateMachine>(
  machine: TMachine,
  states: ExploredState<TMachine>[],
): string[] {
  const taken = new Set<unknown>();
  for (const { snapshot, edges } of states)
    for (const { event } of edges)
      for (const transition of machine.getTransitionData(snapshot, event as EventFromLogic<TMachine>) ?? [])
        taken.add(transition);
  const declared = nodesOf(machine.root).flatMap((node) => [...node.transitions.values()].flat());
  return declared
    .filter((transition) => !taken.has(transition))
    .map((transition) => `${transition.source.id} on ${transition.eventType}`);
}

function nodesOf(node: AnyStateMachine['root']): AnyStateMachine['root'][] {
  return [node, ...Object.values(node.states).flatMap(nodesOf)];
}

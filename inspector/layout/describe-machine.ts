import type { AnyStateMachine, AnyStateNode, AnyTransitionDefinition } from 'xstate';

export interface StateShape {
  /** As targets name it, such as `turn.tools.executing`; of the machine itself, the machine's id. */
  id: string;
  key: string;
  parent: string | null;
  kind: 'atomic' | 'compound' | 'parallel' | 'final' | 'history';
  /** The id of the state that it begins in; null unless it is compound. */
  initial: string | null;
  /** What it waits for, and who can change that, as its `meta` says; null when it says nothing. */
  why: string | null;
  who: string | null;
  tags: string[];
  entry: string[];
  exit: string[];
  /** The actors that live as long as this state. */
  invokes: { id: string; src: string }[];
}

export interface TransitionShape {
  /** Unique in its machine, and the same as long as the machine is. */
  id: string;
  from: string;
  /** Null: the state stays, and only the actions run. */
  to: string | null;
  kind: 'event' | 'delay' | 'done' | 'error' | 'always';
  /** The type of the event, the name of the delay, or the id of the actor or state that is done; null for `always`. */
  name: string | null;
  /** Milliseconds of a delay that is always the same. */
  delayMs: number | null;
  /** With the words of its parameters, when these are the same each time: `endsAs completed`. */
  guard: string | null;
  /** It has no guard, and the ones before it for the same event have: it is what happens otherwise. */
  isElse: boolean;
  actions: string[];
  reenter: boolean;
}

export interface MachineShape {
  id: string;
  /** Parents before their children, in the order of the source; the first one is the machine itself. */
  states: StateShape[];
  transitions: TransitionShape[];
}

/** A machine as plain data: what there is to draw, and the names of all that it asks for. */
export function describeMachine(machine: AnyStateMachine): MachineShape {
  const nodes = withDescendants(machine.root);
  const { delays } = machine.implementations;
  return {
    id: machine.id,
    states: nodes.map(stateShape),
    transitions: nodes.flatMap((node) => transitionsOf(node, delays as Record<string, unknown>)),
  };
}

function withDescendants(node: AnyStateNode): AnyStateNode[] {
  return [node, ...Object.values(node.states).flatMap(withDescendants)];
}

function stateShape(node: AnyStateNode): StateShape {
  const { why, who } = (node.meta ?? {}) as { why?: string; who?: string };
  return {
    id: node.path.length === 0 ? node.machine.id : pathId(node),
    key: node.key,
    parent: node.parent ? pathId(node.parent) : null,
    kind: node.type,
    initial: node.type === 'compound' ? pathId(node.initial.target[0] as AnyStateNode) : null,
    why: why ?? null,
    who: who ?? null,
    tags: [...node.tags],
    entry: actionsOf(node.entry),
    exit: actionsOf(node.exit),
    invokes: node.invoke.map(({ id, src }) => ({ id, src: String(src) })),
  };
}

/** Without those by which XState starts and ends its timers. */
function actionsOf(actions: readonly unknown[]): string[] {
  return actions.map(nameOf).filter((name) => !name.startsWith('xstate.'));
}

/** By its place: a state may have an id of its own, which is a name for targets only. */
function pathId(node: AnyStateNode): string {
  return [node.machine.id, ...node.path].join('.');
}

function transitionsOf(node: AnyStateNode, delays: Record<string, unknown>): TransitionShape[] {
  const lists: [string | null, readonly AnyTransitionDefinition[]][] = [
    [null, node.always ?? []],
    ...node.transitions,
  ];
  return lists.flatMap(([descriptor, list]) => {
    const what = readDescriptor(descriptor, list[0], delays);
    return list.map((transition, index) => ({
      id: `${pathId(node)}/${what.kind}:${what.name ?? ''}/${index}`,
      from: pathId(node),
      to: transition.target?.[0] ? pathId(transition.target[0]) : null,
      ...what,
      guard: transition.guard === undefined ? null : guardText(transition.guard),
      isElse: index > 0 && transition.guard === undefined,
      actions: transition.actions.map(nameOf),
      reenter: transition.reenter,
    }));
  });
}

type What = Pick<TransitionShape, 'kind' | 'name' | 'delayMs'>;

function readDescriptor(
  descriptor: string | null,
  first: AnyTransitionDefinition | undefined,
  delays: Record<string, unknown>,
): What {
  if (descriptor === null) return { kind: 'always', name: null, delayMs: null };
  if (descriptor.startsWith('xstate.after.')) {
    const delay = (first as { delay?: string | number } | undefined)?.delay ?? 0;
    const value = typeof delay === 'number' ? delay : delays[delay];
    return { kind: 'delay', name: String(delay), delayMs: typeof value === 'number' ? value : null };
  }
  const ended = /^xstate\.(done|error)\.(?:actor|state)\.(.+)$/.exec(descriptor);
  if (ended?.[2]) return { kind: ended[1] as 'done' | 'error', name: ended[2], delayMs: null };
  return { kind: 'event', name: descriptor, delayMs: null };
}

function guardText(guard: unknown): string {
  const { params } = guard as { params?: unknown };
  const words = typeof params === 'object' ? Object.values(params ?? {}) : [];
  return [nameOf(guard), ...words.filter((word) => typeof word === 'string')].join(' ');
}

function nameOf(named: unknown): string {
  if (typeof named === 'string') return named;
  const { type } = named as { type?: unknown };
  return typeof type === 'string' ? type : '(inline)';
}

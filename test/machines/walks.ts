import {
  type ActorRef,
  type AnyStateMachine,
  createActor,
  createMachine,
  type Snapshot,
  transition,
} from 'xstate';
import type { AnyEvent, Explored, ExploredState } from './explore.ts';

/** A parent for a machine that is explored alone: it hears nothing. */
export const nobody = createActor(createMachine({})) as unknown as ActorRef<Snapshot<unknown>, never>;

/**
 * Follows a state to where `wishes` lead: in each state the first wish that an edge fits is granted. Ends in a state
 * that is done, in which no wish fits, or from which 50 steps led nowhere.
 */
export function follow<TMachine extends AnyStateMachine>(
  explored: Explored<TMachine>,
  from: ExploredState<TMachine>,
  wishes: readonly ((event: AnyEvent) => boolean)[],
): ExploredState<TMachine> {
  let at = from;
  for (let step = 0; step < 50; step += 1) {
    const edges = at.edges.filter(({ to }) => to !== at.key);
    const granted = wishes.map((wish) => edges.find(({ event }) => wish(event))).find((edge) => edge);
    if (!granted) return at;
    at = explored.at(granted.to);
  }
  return at;
}

export interface Told {
  to: string;
  event: AnyEvent;
}
const remembered = new WeakMap<AnyStateMachine, WeakMap<object, Map<AnyEvent, Told[]>>>();

/** What one event makes a machine tell: the events it sends and emits, in order. */
export function toldBy(machine: AnyStateMachine, snapshot: object, event: AnyEvent): Told[] {
  const ofMachine = remembered.get(machine) ?? new WeakMap<object, Map<AnyEvent, Told[]>>();
  const ofState = ofMachine.get(snapshot) ?? new Map<AnyEvent, Told[]>();
  const told = ofState.get(event) ?? tell(machine, snapshot, event);
  remembered.set(machine, ofMachine.set(snapshot, ofState.set(event, told)));
  return told;
}

function tell(machine: AnyStateMachine, snapshot: object, event: AnyEvent): Told[] {
  const [, actions] = transition(machine, snapshot as never, event as never);
  return actions.flatMap(({ type, params }: { type: string; params: unknown }) => {
    const { targetId, event: told } = (params ?? {}) as { targetId?: string; event?: AnyEvent };
    if (type === 'xstate.sendTo') return [{ to: targetId ?? 'outside', event: told as AnyEvent }];
    if (type === 'xstate.emit') return [{ to: 'emitted', event: told as AnyEvent }];
    return [];
  });
}

/** Wishes for `follow`: the store, the hub and the tools do what they are asked. */
export const storeWrites = (event: AnyEvent): boolean =>
  event.type.startsWith('xstate.done.actor.') && (event.output as { ok?: boolean } | undefined)?.ok === true;
export const timePasses = (event: AnyEvent): boolean => event.type.startsWith('xstate.after.');
export const is =
  (...types: string[]) =>
  (event: AnyEvent): boolean =>
    types.includes(event.type);

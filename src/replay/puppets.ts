/**
 * Stand-ins for the effect actors of a machine. A puppet does nothing by itself: whoever set up the stage is told that
 * it was started and what it was sent, and speaks for it.
 */
import {
  type AnyActorLogic,
  type AnyActorRef,
  type AnyStateMachine,
  fromCallback,
  StateMachine,
} from 'xstate';

export type PuppetEvent = { type: string; [key: string]: unknown };

/** Who stands behind the puppets of one actor system. */
export interface Stage {
  /** The puppet runs and may speak. */
  started(puppet: AnyActorRef): void;
  told(puppet: AnyActorRef, command: PuppetEvent): void;
}

/** What a puppet is told by when it is to be over; the actor that it stands for never got such an event. */
export const PUPPET_END = 'puppet.end';
const stages = new WeakMap<object, Stage>();
const voices = new WeakMap<object, (event: PuppetEvent) => void>();

/** Call it between `createActor` and `start` of the root. */
export function setStage(root: { system: object }, stage: Stage): void {
  stages.set(root.system, stage);
}

/** The machine with puppets for its effects, also in the machines below it; those in `real` are as given. */
export function withPuppets(
  machine: AnyStateMachine,
  real: Readonly<Record<string, AnyActorLogic>> = {},
): AnyStateMachine {
  const actors = Object.entries(machine.implementations.actors as Record<string, AnyActorLogic>).map(
    ([name, logic]) => [
      name,
      real[name] ?? (logic instanceof StateMachine ? withPuppets(logic, real) : puppet),
    ],
  );
  return machine.provide({ actors: Object.fromEntries(actors) });
}

/** False when the puppet has not begun yet. */
export function canSpeak(puppet: AnyActorRef): boolean {
  return voices.has(puppet);
}

/** The puppet tells its machine something. */
export function speak(puppet: AnyActorRef, event: PuppetEvent): void {
  voices.get(puppet)?.(event);
}

/** The puppet is over: done with an output, or failed with an error. Its machine hears of it as of any actor. */
export function finish(puppet: AnyActorRef, end: { output: unknown } | { error: unknown }): void {
  // Through its own mailbox: a promise, too, answers after the step that asked for it.
  puppet.send({ type: PUPPET_END, ...end });
}

const puppet = createPuppet();

function createPuppet() {
  const logic = fromCallback<PuppetEvent>(({ sendBack, self, receive, system }) => {
    voices.set(self, sendBack as (event: PuppetEvent) => void);
    const stage = stages.get(system);
    receive((command) => stage?.told(self, command));
    stage?.started(self);
  });
  const { transition } = logic;
  logic.transition = (snapshot, event, scope) => {
    if (event.type !== PUPPET_END) return transition(snapshot, event, scope);
    const end = event as PuppetEvent;
    const over =
      'error' in end ? { status: 'error', error: end.error } : { status: 'done', output: end.output };
    return { ...snapshot, ...over } as typeof snapshot;
  };
  return logic;
}

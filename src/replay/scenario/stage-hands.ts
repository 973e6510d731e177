import type { AnyActorRef } from 'xstate';
import { finish, type PuppetEvent, type Stage, speak } from '../puppets.ts';

/** An effect actor of a scenario that runs. */
export interface Puppet {
  src: string;
  input: unknown;
  ref: AnyActorRef;
}

export interface StageHandsOptions {
  onStarted: (puppet: Puppet) => void;
  onTold: (puppet: Puppet, command: PuppetEvent) => void;
}

/** Keeps the puppets of one actor system, and lets them answer when the machines rest: no effect answers at once. */
export class StageHands implements Stage {
  readonly #options: StageHandsOptions;
  readonly #puppets: Puppet[] = [];
  readonly #answers: (() => void)[] = [];

  constructor(options: StageHandsOptions) {
    this.#options = options;
  }

  started(ref: AnyActorRef): void {
    const { src, options } = ref as AnyActorRef & { src: unknown; options: { input?: unknown } };
    const puppet = { src: String(src), input: options.input, ref };
    this.#puppets.push(puppet);
    this.#options.onStarted(puppet);
  }

  told(ref: AnyActorRef, command: PuppetEvent): void {
    const puppet = this.#puppets.find((each) => each.ref === ref);
    if (puppet !== undefined) this.#options.onTold(puppet, command);
  }

  /** Those of that name that run, oldest first. */
  running(src: string): Puppet[] {
    return this.#puppets.filter((puppet) => puppet.src === src && isRunning(puppet));
  }

  say(puppet: Puppet, events: readonly PuppetEvent[]): void {
    for (const event of events) this.#answers.push(() => speak(puppet.ref, event));
  }

  finish(puppet: Puppet, end: { output: unknown } | { error: unknown }): void {
    this.#answers.push(() => {
      if (isRunning(puppet)) finish(puppet.ref, end);
    });
  }

  /** Lets one of them answer; false when nobody has anything to say. */
  answer(): boolean {
    const next = this.#answers.shift();
    next?.();
    return next !== undefined;
  }
}

function isRunning({ ref }: Puppet): boolean {
  return ref.getSnapshot().status === 'active';
}

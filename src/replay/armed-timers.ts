import type { AnyActorRef } from 'xstate';

/** A delayed transition that will be taken unless its state is left before. */
export interface ArmedTimer {
  /** The name of the delay, and the state it belongs to as targets name it. */
  delay: string;
  state: string;
  ms: number;
  /** The position of the line with whose step it began. */
  since: number;
}

/** Tells the timers of machines by their names, which a clock does not know, and when each was first seen. */
export class ArmedTimers {
  readonly #seen = new WeakMap<object, ArmedTimer>();

  /** Those of a machine that run; `position` is that of the line that its step began with. */
  of(ref: AnyActorRef, position: number): ArmedTimer[] {
    const { _scheduledEvents: scheduled } = ref.system.getSnapshot();
    return Object.values(scheduled).flatMap((event) => {
      const [, delay, state] = /^xstate\.after\.([^.]+)\.(.+)$/.exec(event.event.type) ?? [];
      if (event.target !== ref || delay === undefined || state === undefined) return [];
      const timer = this.#seen.get(event) ?? { delay, state, ms: event.delay, since: position };
      this.#seen.set(event, timer);
      return [timer];
    });
  }
}

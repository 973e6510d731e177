import type { CallEffect } from './ports.ts';

/** True when two calls of one batch must not run beside each other (D21). */
export function conflicts(a: CallEffect, b: CallEffect): boolean {
  // A shell command may write anything, so it is alone among those that write; reading beside it is allowed.
  if (a.kind === 'anything') return b.kind !== 'reads';
  if (b.kind === 'anything') return a.kind !== 'reads';
  if (a.kind === 'reads' && b.kind === 'reads') return false;
  return a.files.some((file) => b.files.includes(file));
}

/** What a batch has heard of one of its calls. */
export interface BatchCall {
  id: string;
  effect: CallEffect;
  /** `asking`: a person must answer. `ready`: allowed. `started`: told to run. `settling`: it never runs. */
  heard: 'asking' | 'ready' | 'started' | 'settling' | 'settled';
}

/**
 * The calls that may start now: allowed, every earlier call that conflicts is settled, and no later one runs. (A later
 * one runs already when an earlier one was edited while it was asked about and touches something else since.)
 */
export function startable(calls: readonly BatchCall[]): string[] {
  return calls
    .filter(
      (call, index) =>
        call.heard === 'ready' &&
        calls.every(
          (other, place) =>
            other === call ||
            other.heard === 'settled' ||
            (place > index && other.heard !== 'started') ||
            !conflicts(other.effect, call.effect),
        ),
    )
    .map((call) => call.id);
}

/** True while something of the batch moves without a person. */
export function isMoving(calls: readonly BatchCall[]): boolean {
  return (
    calls.some((call) => call.heard === 'started' || call.heard === 'settling') || startable(calls).length > 0
  );
}

/** True while nothing of the batch can go on before a person has answered. */
export function isWaiting(calls: readonly BatchCall[]): boolean {
  return calls.some((call) => call.heard === 'asking') && !isMoving(calls);
}

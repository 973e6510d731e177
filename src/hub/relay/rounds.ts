import type { HubLog } from '../ports.ts';
import { guard } from './guard.ts';

const CLIENTS_EVERY_MS = 30_000;
const PENDING_EVERY_MS = 10_000;
const STORE_EVERY_MS = 60_000;

/** What the relay looks after from time to time. */
export interface Rounds {
  /** Are the clients still there? */
  clients(): void;
  /** Has a host left something unanswered too long? */
  pending(): void;
  /** Idle rings, expired inputs, when hosts were last seen. */
  store(): void;
}

export function startRounds(log: HubLog, rounds: Rounds): { stop(): void } {
  const every = (round: keyof Rounds, ms: number) => setInterval(() => guard(log, round, rounds[round]), ms);
  const timers = [
    every('clients', CLIENTS_EVERY_MS),
    every('pending', PENDING_EVERY_MS),
    every('store', STORE_EVERY_MS),
  ];
  for (const timer of timers) timer.unref();
  return {
    stop() {
      for (const timer of timers) clearInterval(timer);
    },
  };
}

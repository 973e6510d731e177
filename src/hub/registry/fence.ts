import { dropOldest } from '../drop-oldest.ts';
import type { Fence } from '../ports.ts';
import type { EnvironmentStore } from './environments.ts';

/** To which environment the hub passed which message; the newest are remembered. */
export interface Passed {
  remember(clientMessageId: string, environmentId: string): void;
  environmentOf(clientMessageId: string): string | null;
}

const REMEMBERED = 4_096;

export function createPassed(): Passed {
  const passed = new Map<string, string>();
  return {
    remember(clientMessageId, environmentId) {
      passed.delete(clientMessageId);
      passed.set(clientMessageId, environmentId);
      dropOldest(passed, REMEMBERED);
    },
    environmentOf: (clientMessageId) => passed.get(clientMessageId) ?? null,
  };
}

/** Tells the data half of the hub which environment calls, and whether a newer process has taken its place. */
export function createFence(
  environments: EnvironmentStore,
  passed: Passed,
  isOnline: (environmentId: string) => boolean,
): Required<Fence> {
  return {
    check(environmentId, generation) {
      const environment = environments.byId(environmentId);
      if (!environment || generation > environment.generation) return 'unknown';
      return generation === environment.generation ? 'current' : 'fenced';
    },
    nameOf: (environmentId) => environments.byId(environmentId)?.name ?? environmentId,
    byDevice(deviceId, clientMessageIds) {
      const candidates = environments.byDevice(deviceId);
      if (candidates.length === 1) return candidates[0]?.id ?? null;
      for (const clientMessageId of clientMessageIds) {
        const id = passed.environmentOf(clientMessageId);
        if (id !== null && candidates.some((candidate) => candidate.id === id)) return id;
      }
      return null;
    },
    isOnline,
  };
}

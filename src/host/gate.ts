import type { Database } from '../../actors/sqlite/database.ts';

/**
 * The one door by which announcements leave the host, in the order they were made. Each passes when everything
 * committed before it is on disk, so nothing is ever told that a power cut could take back (design.md 5.1).
 */
export interface Gate {
  pass(announce: () => void): void;
  /** Resolves when everything that waits has passed. */
  idle(): Promise<void>;
}

/** `onFault` hears of a disk that refuses to keep what was written; nothing passes after that. */
export function createGate(db: Database, onFault: (error: unknown) => void): Gate {
  const waiting: { commit: number; announce: () => void }[] = [];
  let syncing: Promise<void> | null = null;
  let head = 0;

  const release = (): void => {
    while (head < waiting.length) {
      const next = waiting[head];
      if (!next || next.commit > db.synced) break;
      head += 1;
      next.announce();
    }
    if (head === waiting.length) {
      waiting.length = 0;
      head = 0;
    }
  };

  const sync = async (): Promise<void> => {
    try {
      while (waiting.length > 0) {
        await db.barrier();
        release();
      }
      syncing = null;
    } catch (error) {
      onFault(error);
    }
  };

  return {
    pass(announce) {
      if (waiting.length === 0 && db.synced >= db.committed) {
        announce();
        return;
      }
      waiting.push({ commit: db.committed, announce });
      syncing ??= sync();
    },
    async idle() {
      await syncing;
    },
  };
}

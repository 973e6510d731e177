import type { Mode, SavedRule } from '../../machines/ports.ts';
import type { HostStore } from './store/host-store.ts';

/** The mode, directory and rules that hold in a conversation: its own where it has some, else the host's. */
export interface Settings {
  of(conversation: number): { mode: Mode; cwd: string; cwdRevision: number; rules: SavedRule[] };
}

export function createSettings(store: HostStore, defaults: { mode: Mode; cwd: string }): Settings {
  return {
    of(conversation) {
      const row = store.conversations.get(conversation);
      return {
        mode: row.mode ?? defaults.mode,
        cwd: row.cwd ?? defaults.cwd,
        cwdRevision: row.cwdRevision,
        rules: row.rules,
      };
    },
  };
}

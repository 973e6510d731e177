import { join } from 'node:path';
import { type Database, openDatabase } from '../../../actors/sqlite/database.ts';
import { acquireLock, type LockHolder } from '../../../actors/sqlite/lock.ts';
import { CallStore } from './calls.ts';
import { ConversationStore } from './conversations.ts';
import { InputStore } from './inputs.ts';
import { hostMigrations } from './migrations.ts';
import { TurnStore } from './turns.ts';

/** Everything a host must not forget, in `<home>/hosts/<listenerInstanceId>/host.sqlite`. */
export interface HostStore {
  db: Database;
  conversations: ConversationStore;
  inputs: InputStore;
  turns: TurnStore;
  calls: CallStore;
  close(): void;
}

export type OpenedHostStore = { ok: true; store: HostStore } | { ok: false; holder: LockHolder | null };

/** Opens the store for this process alone. Throws `StoreError` when the file is newer, damaged or unwritable. */
export function openHostStore(home: string, listenerInstanceId: string): OpenedHostStore {
  const dir = join(home, 'hosts', listenerInstanceId);
  const lock = acquireLock(join(dir, 'host.lock'));
  if (!lock.ok) return lock;
  const db = openDatabase(join(dir, 'host.sqlite'), hostMigrations);
  const calls = new CallStore(db);
  return {
    ok: true,
    store: {
      db,
      conversations: new ConversationStore(db),
      inputs: new InputStore(db),
      turns: new TurnStore(db),
      calls,
      close() {
        db.close();
        lock.release();
      },
    },
  };
}

import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { type HostStore, openHostStore } from '../../../src/host/store/host-store.ts';

const folders: string[] = [];
const stores = new Set<HostStore>();
afterEach(() => {
  for (const store of stores) store.close();
  stores.clear();
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
});

/** A folder that is gone after the test. */
export function tempFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-host-')));
  folders.push(folder);
  return folder;
}

export const LISTENER = 'server-0123456789abcdef';

/** A store that is closed after the test; in the same home it is the same file. */
export function openStore(home = tempFolder()): HostStore {
  const opened = openHostStore(home, LISTENER);
  if (!opened.ok) throw new Error(`held by ${opened.holder?.pid}`);
  stores.add(opened.store);
  return opened.store;
}

/** The same file in a new life of the host: what was not written is gone. */
export function reopen(store: HostStore, home: string): HostStore {
  stores.delete(store);
  store.close();
  return openStore(home);
}

/** From here on the store has no room for anything of size. */
export function fillDisk(store: HostStore): void {
  const { page_count } = store.db.statement('PRAGMA page_count').get() as { page_count: number };
  store.db.statement(`PRAGMA max_page_count=${page_count}`).get();
}

/** There is room again. */
export function freeDisk(store: HostStore): void {
  store.db.statement('PRAGMA max_page_count=1000000').get();
}

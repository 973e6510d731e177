import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Database, openDatabase } from '../../../actors/sqlite/database.ts';
import { StoreError } from '../../../actors/sqlite/store-error.ts';
import { createConnectionStore } from '../../../src/hub/registry/connections.ts';
import { createEnvironmentStore } from '../../../src/hub/registry/environments.ts';
import { createPassed } from '../../../src/hub/registry/fence.ts';
import { createKnownStates } from '../../../src/hub/registry/known-states.ts';
import { createRelayTables } from '../../../src/hub/registry/tables.ts';
import { createBag } from '../../../src/hub/relay/bag.ts';
import type { RelayContext } from '../../../src/hub/relay/context.ts';
import { Delivery } from '../../../src/hub/relay/delivery.ts';
import type { Host, Live } from '../../../src/hub/relay/live.ts';
import { OpenTurns } from '../../../src/hub/relay/open-turn.ts';
import { Pending } from '../../../src/hub/relay/pending.ts';
import { createPresenceLogic } from '../../../src/hub/relay/presence-logic.ts';
import { Rings } from '../../../src/hub/relay/rings.ts';
import { createFakeData } from './fake-data.ts';
import type { Frame } from './frames.ts';

export interface FakeLive {
  context: RelayContext;
  live: Live & { host: Host | null };
  /** A host to put into `live.host`; what it is sent is in `sent`. */
  host: Host;
  sent: Frame[];
  told: { type: string; id: string; error: string | undefined }[];
  logged: { verb: string; json: object }[];
  disk: { isFull: boolean };
  close(): void;
}

/** One environment over a real store whose disk can be made full, without sockets. */
export function createFakeLive(): FakeLive {
  const dir = mkdtempSync(join(tmpdir(), 'signalbox-live-'));
  const disk = { isFull: false };
  const real = openDatabase(join(dir, 'hub.sqlite'), [createRelayTables]);
  const db: Database = Object.assign(Object.create(real) as Database, {
    transaction<T>(work: () => T): T {
      if (disk.isFull) throw new StoreError('full', 'the disk is full');
      return real.transaction(work);
    },
  });
  const now = () => 1_000_000;
  const environments = createEnvironmentStore(db);
  environments.add({
    ...{ id: 'env-1', deviceId: 'd', listenerInstanceId: '', name: 'laptop', person: 'p', metadata: {} },
    ...{ firstSeen: 0, lastSeen: 0, generation: 1, epoch: 'e1' },
  });
  const logged: FakeLive['logged'] = [];
  const log = { lifecycle: (verb: string, json: object) => logged.push({ verb, json }) };
  let ids = 0;
  const context: RelayContext = {
    ...{ db, environments, log, now, life: 'life' },
    connections: createConnectionStore(db),
    known: createKnownStates(db),
    bag: createBag(db),
    rings: new Rings('life', now),
    openTurns: new OpenTurns(),
    passed: createPassed(),
    presence: createPresenceLogic(),
    data: createFakeData({} as Parameters<typeof createFakeData>[0]),
    newId: () => String(++ids),
  };
  const at = { id: 'env-1', name: 'laptop' };
  const sent: Frame[] = [];
  const told: FakeLive['told'] = [];
  const host: Host = { isLinked: true, send: (frame) => sent.push(frame as Frame) };
  let delivery: Delivery | null = null;
  const live: FakeLive['live'] = {
    ...{ id: 'env-1', name: 'laptop', isForeign: false, lastSeen: 0 },
    host: null,
    pending: new Pending('life'),
    get delivery() {
      delivery ??= new Delivery(context, live);
      return delivery;
    },
    publishHeld: (held, type, error) => told.push({ type, id: held.key, error }),
    statusFrame: () => ({ type: 'environment_status', environment: { ...at, status: 'offline' }, at: 0 }),
  };
  return {
    ...{ context, live, sent, told, disk, logged, host },
    close() {
      real.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

export const input = (text: string, conversation_id = 'conv-1') => ({
  type: 'input',
  request_id: `r-${text}`,
  runtime: { agent_id: 'agent-1', conversation_id, acting_user_id: 'Ada' },
  payload: { kind: 'create_message', messages: [{ role: 'user', content: text, client_message_id: text }] },
});

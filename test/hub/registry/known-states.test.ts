import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../actors/sqlite/database.ts';
import { createEnvironmentStore } from '../../../src/hub/registry/environments.ts';
import { createKnownStates } from '../../../src/hub/registry/known-states.ts';
import { createRelayTables } from '../../../src/hub/registry/tables.ts';

let dir: string;
let db: Database;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-known-'));
  db = openDatabase(join(dir, 'hub.sqlite'), [createRelayTables]);
  createEnvironmentStore(db).add({
    ...{ id: 'env-1', deviceId: 'd', listenerInstanceId: '', name: 'n', person: 'p', metadata: {} },
    ...{ firstSeen: 0, lastSeen: 0, generation: 1, epoch: null },
  });
});
afterEach(() => {
  db.close();
  rmSync(dir, { recursive: true, force: true });
});

test('HUB-22 the last state of each conversation is kept with its time, over a restart', () => {
  const known = createKnownStates(db);
  known.set('env-1', 'conv-1', 'queue', [1], 10);
  known.set('env-1', 'conv-1', 'queue', [1, 2], 20);
  known.set('env-1', 'conv-1', 'device', { current_permission_mode: 'strict' }, 30);
  expect(known.get('env-1', 'conv-1', 'queue')).toEqual({ value: [1, 2], at: 20 });
  expect(known.get('env-1', 'conv-2', 'queue')).toBeNull();
  known.flush();
  const again = createKnownStates(db);
  expect(again.get('env-1', 'conv-1', 'queue')).toEqual({ value: [1, 2], at: 20 });
  expect(again.lastMode('env-1')).toBe('strict');
  expect(again.lastMode('env-2')).toBeNull();
});

test('what is unwritten is written by itself', async () => {
  const known = createKnownStates(db);
  const written = () => db.statement('SELECT count(*) AS n FROM known_states').get()?.n;
  known.set('env-1', 'conv-1', 'loop', {}, 1);
  expect(written()).toBe(0);
  await expect.poll(written).toBe(1);
});

test('a state of an environment that was forgotten is not kept', () => {
  const known = createKnownStates(db);
  known.set('env-gone', 'conv-1', 'loop', {}, 1);
  known.flush();
  expect(createKnownStates(db).get('env-gone', 'conv-1', 'loop')).toBeNull();
});

test('more states than memory holds are all there', () => {
  const known = createKnownStates(db);
  for (let i = 0; i < 4_000; i += 1) known.set('env-1', `conv-${i}`, 'loop', i, i);
  known.flush();
  for (const i of [0, 1_500, 3_999])
    expect(known.get('env-1', `conv-${i}`, 'loop')).toEqual({ value: i, at: i });
});

test('HUB-22 tells which conversations are not at rest by what their host said last', () => {
  const known = createKnownStates(db);
  const say = (scope: string, status: string, queue: unknown[], pending: unknown[]): void => {
    known.set('env-1', scope, 'loop', { status }, 1);
    known.set('env-1', scope, 'queue', queue, 1);
    known.set('env-1', scope, 'device', { is_processing: false, pending_control_requests: pending }, 1);
  };
  say('conv-rests', 'WAITING_ON_INPUT', [], []);
  say('conv-runs', 'PROCESSING_API_RESPONSE', [], []);
  say('conv-queues', 'WAITING_ON_INPUT', [{ id: 'q-1' }], []);
  say('conv-asks', 'WAITING_ON_INPUT', [], [{ request_id: 'perm-1' }]);
  expect(known.restless('env-1').sort()).toEqual(['conv-asks', 'conv-queues', 'conv-runs']);
  say('conv-runs', 'WAITING_ON_INPUT', [], []);
  expect(known.restless('env-1').sort()).toEqual(['conv-asks', 'conv-queues']);
  expect(known.restless('env-2')).toEqual([]);
});

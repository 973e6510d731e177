import type { Database } from '../../../actors/sqlite/database.ts';
import { KeptRows } from '../../../actors/sqlite/kept-rows.ts';

/** One environment as the hub keeps it. Times are epoch milliseconds. */
export interface Environment {
  id: string;
  deviceId: string;
  /** '' when the host named none. */
  listenerInstanceId: string;
  name: string;
  /** Who registered it. */
  person: string;
  metadata: Record<string, unknown>;
  firstSeen: number;
  lastSeen: number;
  /** The registration that counts; lower ones are fenced. */
  generation: number;
  /** The life of the host process that registered last; null for a host that names none (Letta's). */
  epoch: string | null;
}

export interface EnvironmentStore {
  byId(id: string): Environment | null;
  byIdentity(deviceId: string, listenerInstanceId: string): Environment | null;
  byDevice(deviceId: string): Environment[];
  byName(name: string): Environment[];
  /** In order of id, after the one named. */
  list(after: string | null): Environment[];
  add(environment: Environment): void;
  update(environment: Environment): void;
  setGeneration(id: string, generation: number): void;
  touch(id: string, lastSeen: number): void;
  remove(id: string): void;
}

/** Environments kept in memory: every request of a host asks whether it is fenced. */
const KEPT = 256;

/** The environments of this hub, in its store. Writes join the caller's transaction. */
export function createEnvironmentStore(db: Database): EnvironmentStore {
  const kept = new KeptRows<string, Environment>(db, KEPT);
  const one = (where: string, ...values: string[]): Environment | null => {
    const row = db.statement(`SELECT * FROM environments WHERE ${where}`).get(...values);
    return row ? read(row) : null;
  };
  const many = (where: string, ...values: string[]): Environment[] =>
    db
      .statement(`SELECT * FROM environments WHERE ${where}`)
      .all(...values)
      .map(read);
  const write = (id: string, sql: string, ...values: (string | number | null)[]): void => {
    kept.drop(id);
    db.transaction(() => db.statement(sql).run(...values));
  };
  return {
    byId: (id) => kept.get(id, () => one('id = ?', id)),
    byIdentity: (device, listener) => one('device_id = ? AND listener_instance_id = ?', device, listener),
    byDevice: (deviceId) => many('device_id = ? ORDER BY last_seen DESC', deviceId),
    byName: (name) => many('name = ? ORDER BY last_seen DESC', name),
    list: (after) => many('id > ? ORDER BY id', after ?? ''),
    add: (e) =>
      write(
        e.id,
        'INSERT INTO environments VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        ...[e.id, e.deviceId, e.listenerInstanceId, e.name, e.person, JSON.stringify(e.metadata)],
        ...[e.firstSeen, e.lastSeen, e.generation, e.epoch],
      ),
    // No REPLACE: that would delete the row first, and with it what refers to it.
    update: (e) =>
      write(
        e.id,
        `UPDATE environments SET name = ?, person = ?, metadata = ?, last_seen = ?, generation = ?, epoch = ?
         WHERE id = ?`,
        ...[e.name, e.person, JSON.stringify(e.metadata), e.lastSeen, e.generation, e.epoch, e.id],
      ),
    setGeneration: (id, generation) =>
      write(id, 'UPDATE environments SET generation = ? WHERE id = ?', generation, id),
    touch: (id, at) =>
      write(id, 'UPDATE environments SET last_seen = max(last_seen, ?) WHERE id = ?', at, id),
    remove: (id) => write(id, 'DELETE FROM environments WHERE id = ?', id),
  };
}

function read(row: Record<string, unknown>): Environment {
  return {
    id: String(row.id),
    deviceId: String(row.device_id),
    listenerInstanceId: String(row.listener_instance_id),
    name: String(row.name),
    person: String(row.person),
    metadata: JSON.parse(String(row.metadata)) as Record<string, unknown>,
    firstSeen: Number(row.first_seen),
    lastSeen: Number(row.last_seen),
    generation: Number(row.generation),
    epoch: row.epoch === null ? null : String(row.epoch),
  };
}

import type { Database } from '../../../actors/sqlite/database.ts';
import type { HubData, HubLog } from '../ports.ts';
import type { ConnectionStore } from '../registry/connections.ts';
import type { EnvironmentStore } from '../registry/environments.ts';
import type { Passed } from '../registry/fence.ts';
import type { KnownStates } from '../registry/known-states.ts';
import type { Bag } from './bag.ts';
import type { OpenTurns } from './open-turn.ts';
import type { createPresenceLogic } from './presence-logic.ts';
import type { Rings } from './rings.ts';

/** What the relay asks of the hub's data half. */
export type RelayData = Pick<
  HubData,
  'conversationExists' | 'snapshot' | 'leaseOf' | 'isInterrupted' | 'cancelScope'
>;

/** What the parts of the relay share. */
export interface RelayContext {
  db: Database;
  environments: EnvironmentStore;
  connections: ConnectionStore;
  known: KnownStates;
  bag: Bag;
  rings: Rings;
  openTurns: OpenTurns;
  presence: ReturnType<typeof createPresenceLogic>;
  passed: Passed;
  data: RelayData;
  log: HubLog;
  /** This life of the hub. */
  life: string;
  now(): number;
  newId(): string;
}

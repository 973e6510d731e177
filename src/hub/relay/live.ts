import type { EnvironmentStatus, HeldEvent } from '../../protocol/relay.ts';
import type { Held } from './bag.ts';
import type { Delivery } from './delivery.ts';
import type { Pending } from './pending.ts';

/** A host that is connected and ready for commands. */
export interface Host {
  /** False for a foreign one, which knows neither link nor our frames. */
  readonly isLinked: boolean;
  send(frame: object): void;
}

/** What routing needs to know of one environment. */
export interface Live {
  readonly id: string;
  readonly name: string;
  /** Null while it is away. */
  readonly host: Host | null;
  /** True when the host that registered last was not ours. */
  readonly isForeign: boolean;
  readonly pending: Pending;
  readonly delivery: Delivery;
  /** Epoch milliseconds at which it was last heard. */
  readonly lastSeen: number;
  /** The environment's status as clients are told of it. */
  statusFrame(): EnvironmentStatus;
  publishHeld(held: Held, event: HeldEvent['type'], error?: string): void;
}

import type { ApprovalRequest } from '../protocol/approval.ts';
import type { WireUsage } from '../protocol/delta.ts';
import type { DeviceStatus } from '../protocol/device-status.ts';
import type { LoopStatus } from '../protocol/loop-status.ts';
import type { QueueItem } from '../protocol/queue.ts';
import type { HeldItem } from '../protocol/relay.ts';
import type { Entry } from './transcript/entry.ts';

/** A tool call that waits for a person. */
export interface Approval {
  /** Give this to `session.answer`. */
  requestId: string;
  toolCallId: string;
  toolName: string;
  input: Record<string, unknown>;
  suggestions: ApprovalRequest['permission_suggestions'];
  diffs: NonNullable<ApprovalRequest['diffs']>;
}

/** How a turn ended, or what became of a message that never got into one. */
export interface TurnResult {
  /** Null when the message was in no turn. */
  turnId: string | null;
  /**
   * `end_turn` when all went well; `withdrawn`, `expired` or `refused` when there was no turn; the other words
   * are those of the wire.
   */
  stopReason: string;
  error: string | null;
  usage: WireUsage | null;
}

export interface EnvironmentView {
  id: string;
  name: string;
  status: 'online' | 'stale' | 'offline';
}

/**
 * `settling`: not connected yet, or no longer; coming back by itself. `live`: what is shown is what is.
 * `refused`: there is no such target. `closed`: by its owner.
 */
export type LinkState = 'settling' | 'live' | 'refused' | 'closed';

/** One conversation as a person sees it. A value: it never changes, a new one takes its place. */
export interface View {
  /** The transcript, oldest first. */
  entries: readonly Entry[];
  /** Inputs that wait for their turn, in the order in which they will run. */
  queue: readonly QueueItem[];
  /** What the hub keeps for the environment while it is away. */
  held: readonly HeldItem[];
  /** Calls that wait for a person, in the order in which they were asked. */
  approvals: readonly Approval[];
  loopStatus: LoopStatus | null;
  deviceStatus: DeviceStatus | null;
  environment: EnvironmentView | null;
  link: LinkState;
  /** The last turn that ended while this client was watching. */
  lastTurn: TurnResult | null;
  /** What became of a message, by `client_message_id`, as far as this client saw it; the last 64. */
  results: Readonly<Record<string, TurnResult>>;
}

export const emptyView: View = {
  entries: [],
  queue: [],
  held: [],
  approvals: [],
  loopStatus: null,
  deviceStatus: null,
  environment: null,
  link: 'settling',
  lastTurn: null,
  results: {},
};

/** True while a turn runs or waits for a person. */
export const isBusy = (view: View): boolean =>
  view.loopStatus !== null && view.loopStatus.status !== 'WAITING_ON_INPUT';

import type { ActorRef, Snapshot } from 'xstate';
import type {
  Decision,
  JsonObject,
  ModelStepEvent,
  ProposedCall,
  QueuedInput,
  RecoveredTurn,
  Scope,
  Standing,
} from './ports.ts';
import type { BatchSaid } from './tool-batch.ts';

/** What a turn tells its conversation while it runs: the ids by which people and programs may name it. */
export type TurnSaid =
  | { type: 'turn.opened'; turnId: string }
  | { type: 'turn.runChanged'; runId: string | null }
  /** Another environment holds the conversation; the inputs are still anybody's to withdraw. */
  | { type: 'turn.parked' }
  | { type: 'turn.unparked' };

export type TurnEvent =
  | ModelStepEvent
  | BatchSaid
  | { type: 'approval.decided'; callId: string; decision: Decision }
  /** The cancellation is on disk. */
  | { type: 'turn.cancel' }
  /** Somebody withdraws an input of a parked turn: hand all of them back. */
  | { type: 'turn.giveBack' }
  | { type: 'hub.returned' };

export interface TurnInput {
  scope: Scope;
  seed: number;
  items: QueuedInput[];
  /** True when the inputs were shown in the queue before. */
  wereQueued: boolean;
  recovered: RecoveredTurn | null;
  parent: ActorRef<Snapshot<unknown>, TurnSaid>;
}

export type TurnOutput = { kind: 'ended'; stopReason: string } | { kind: 'givenBack' };

export interface TurnContext {
  scope: Scope;
  seed: number;
  parent: TurnInput['parent'];
  items: QueuedInput[];
  wereQueued: boolean;
  recovered: RecoveredTurn | null;
  turnId: string;
  step: number;
  /** True when the hub may already know the step, so that it is asked before it is told. */
  attach: boolean;
  runId: string | null;
  seq: number;
  /** Failures of the provider in this step. */
  attempt: number;
  /** What the hub or the provider asked for before the next try; 0 outside of a wait for it. */
  retryAfterMs: number;
  /** The environment that holds the conversation while this turn is parked. */
  waitingFor: string | null;
  /** Times that the hub was out of reach in a row. */
  outages: number;
  /** Times in a row that the hub said that the conversation is busy. */
  refusals: number;
  calls: ProposedCall[];
  standings: Standing[];
  stopReason: string;
  error: string | null;
  usage: JsonObject | null;
}

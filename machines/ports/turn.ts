import type { JsonObject, Scope } from './base.ts';
import type { QueuedInput } from './desk.ts';
import type { Frame } from './links.ts';
import type { CallEffect, DiffPreview, SavedRule } from './permissions.ts';
import type { ProposedCall, ToolOutcome } from './tools.ts';

/** How a call stands when its batch begins: fresh from the judge, or as a restart found it on disk. */
export type Standing = ProposedCall &
  (
    | { kind: 'settled'; outcome: ToolOutcome }
    | { kind: 'denied'; reason: string }
    | { kind: 'allowed'; args: JsonObject; cwd: string; effect: CallEffect; comment: string | null }
    | {
        kind: 'asking';
        approvalId: string;
        args: JsonObject;
        /** The directory that the judgement was made for; the call runs there, wherever the conversation is. */
        cwd: string;
        effect: CallEffect;
        suggestions: { id: string; text: string }[];
        /** Milliseconds until the answer is deny by itself; absent when a person may take any time. */
        limitMs?: number;
        /** When that is, as epoch milliseconds, for people and for a restart. */
        deadline?: number;
        /** What each suggestion saves when it is chosen. */
        rules: Record<string, SavedRule>;
        diffs: DiffPreview[];
      }
  );

/** Port `classify`: judge the calls of one step, and put on disk what people will be asked. */
export interface ClassifyInput {
  scope: Scope;
  turnId: string;
  step: number;
  calls: ProposedCall[];
}

/** Port `commit`: one durable step of a turn. `recordIntent` resolves only when it is on disk for good. */
export type CommitOp =
  | { op: 'openTurn'; scope: Scope; items: number[] }
  | { op: 'giveBack'; turnId: string }
  | { op: 'endStep'; turnId: string; step: number; runId: string; calls: ProposedCall[] }
  | { op: 'openStep'; turnId: string; step: number }
  | { op: 'recordIntent'; turnId: string; callId: string; args: JsonObject }
  | { op: 'recordOutcome'; turnId: string; callId: string; outcome: ToolOutcome }
  | {
      op: 'endTurn';
      turnId: string;
      stopReason: string;
      error: string | null;
    };
export type Committed = { ok: true; id: string } | { ok: false; error: string };

/** Port `modelStep`: have the hub execute one step, or attach to the run that does. */
export interface ModelStepInput {
  scope: Scope;
  turnId: string;
  step: number;
  kind: 'post' | 'attach';
  /** The last chunk that was seen, when the step was cut off. */
  after: { runId: string; seq: number } | null;
}

/** A part of what the model says, as the hub tells it. */
export type Chunk = JsonObject & { message_type: string };

export type ModelStepEvent =
  /** The request is on its way, all of it. */
  | { type: 'step.sent' }
  /** Another environment holds the conversation's turn. */
  | { type: 'step.waiting'; environment: string }
  /** Chunks that came together, for everybody to see; `seq` is the number of the last. */
  | { type: 'step.chunks'; runId: string; seq: number; chunks: Chunk[] }
  | { type: 'step.ended'; runId: string; stopReason: string; calls: ProposedCall[]; usage: JsonObject | null }
  /** `attach` found that the hub does not know the step. */
  | { type: 'step.unknown' }
  | {
      type: 'step.failed';
      /**
       * `hub`: out of reach. `busy`: the hub lets another run of the conversation end first, and holds no request
       * open. `interrupted`: the hub died while it ran. `provider`: the model's failure.
       * `refused`: the hub says no and why. `cancelled`: somebody ended the run at the hub.
       */
      cause: 'hub' | 'busy' | 'interrupted' | 'provider' | 'refused' | 'cancelled';
      message: string;
      runId: string | null;
      retryable: boolean;
      retryAfterMs: number;
    };

/** Port `cancelRun`: end the turn's run at the hub and hand over what its calls came to. */
export interface CancelRunInput {
  scope: Scope;
  turnId: string;
}
export type CancelRunOutput = { ok: true } | { ok: false; message: string };

/** What the outbox is told. Everything leaves in this order, each after what it rests on is on disk. */
export type OutboxCommand =
  /** One `stream_delta`; the outbox adds `id` and `date` where they are missing. */
  | { type: 'outbox.delta'; delta: JsonObject & { message_type: string } }
  /** One for each. */
  | { type: 'outbox.chunks'; chunks: Chunk[] }
  /** The prompts of a turn that begins, for every subscriber (D8). */
  | { type: 'outbox.echo'; items: QueuedInput[] }
  /** Show the state as it is now: loop status, device status, queue. */
  | { type: 'outbox.show'; what: ('loop' | 'device' | 'queue')[]; removed?: Removal[] }
  | { type: 'outbox.ask'; standing: Standing & { kind: 'asking' } }
  | {
      type: 'outbox.turnFinished';
      turnId: string;
      stopReason: string;
      runId: string | null;
      error: string | null;
      usage: JsonObject | null;
    }
  | { type: 'outbox.reply'; frame: Frame }
  /** Everything a newcomer needs: open approvals, device, loop, queue; then the reply. */
  | { type: 'outbox.sync'; reply: Frame | null };

export interface Removal {
  client_message_id: string;
  disposition: 'dequeued' | 'cancelled';
}

/** A turn as a restart finds it on disk. */
export interface RecoveredTurn {
  turnId: string;
  items: QueuedInput[];
  step: number;
  stage: 'sampling' | 'calls' | 'cancelling';
  calls: ProposedCall[];
  runId: string | null;
}

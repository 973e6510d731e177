import type { JsonObject } from './base.ts';
import type { CallEffect } from './permissions.ts';

/** An input that the host has accepted. `seq` is the order of the host's commits, for good. */
export interface QueuedInput {
  /** Shown to people and used to remove it: `q-<seq>`, never used twice. */
  id: string;
  seq: number;
  clientMessageId: string;
  /** The messages as the sender wrote them, each with the `otid` under which the hub will know it. */
  messages: JsonObject[];
  /** Canonical JSON of the input's options. Neighbours merge only when these are equal (D7). */
  optionsKey: string;
  sender: string | null;
  enqueuedAt: string;
}

/** An input as it arrives, before anything is promised. */
export interface Submission {
  clientMessageId: string;
  messages: JsonObject[];
  optionsKey: string;
  sender: string | null;
  at: string;
}

export type Decision =
  | { behavior: 'allow'; message: string | null; args: JsonObject; effect: CallEffect; edited: boolean }
  | { behavior: 'deny'; message: string };

/** A person's answer to an approval, before it is checked. */
export interface Answer {
  approvalId: string;
  decision:
    | { behavior: 'allow'; message: string | null; updatedInput: JsonObject | null; suggestions: string[] }
    | { behavior: 'deny'; message: string };
  by: string | null;
  at: string;
}

/**
 * Port `desk`: the durable clerk of a conversation. Each command is one commit; the event that answers it comes
 * after the commit. What it says may be announced (the outbox waits for the disk), not yet be acted on outside.
 */
export type DeskCommand =
  | { type: 'desk.accept'; requestId: string | null; submission: Submission }
  | { type: 'desk.withdraw'; request: WithdrawRequest; item: QueuedInput | null }
  | { type: 'desk.answer'; requestId: string | null; answer: Answer }
  | {
      type: 'desk.change';
      requestId: string | null;
      mode: string | null;
      cwd: string | null;
      by: string | null;
    }
  | { type: 'desk.cancel'; requestId: string | null; turnId: string; by: string | null }
  | { type: 'desk.unpause' }
  /** Nobody answered in time: deny, unless somebody has just answered after all. */
  | { type: 'desk.expire'; approvalId: string };

/** Which input somebody wants back. `reply` is the kind of answer the asker expects. */
export interface WithdrawRequest {
  requestId: string;
  reply: 'withdraw_input' | 'remove_queue_item';
  clientMessageId: string | null;
  itemId: string | null;
}

export type DeskEvent =
  | { type: 'input.accepted'; requestId: string | null; item: QueuedInput }
  | {
      type: 'input.repeated';
      requestId: string | null;
      clientMessageId: string;
      disposition: 'started' | 'queued';
    }
  | {
      type: 'input.refused';
      requestId: string | null;
      clientMessageId: string;
      error: string;
      /** `queue_full`, `store_full`: not now; whoever holds the input may offer it again later. `withdrawn`: never. */
      code?: 'queue_full' | 'store_full' | 'withdrawn';
    }
  | {
      type: 'withdrawal.settled';
      request: WithdrawRequest;
      item: QueuedInput | null;
      status: 'withdrawn' | 'already_dequeued';
    }
  | { type: 'withdrawal.failed'; request: WithdrawRequest; item: QueuedInput | null; error: string }
  | {
      type: 'answer.settled';
      requestId: string | null;
      accepted: boolean;
      error?: string;
      decided?: { by: string | null; behavior: 'allow' | 'deny'; at: string };
    }
  | {
      type: 'approval.decided';
      approvalId: string;
      callId: string;
      decision: Decision;
      by: string | null;
      at: string;
    }
  | { type: 'change.settled'; requestId: string | null; accepted: boolean; error?: string }
  | { type: 'cancellation.recorded'; requestId: string | null; turnId: string }
  | { type: 'cancellation.failed'; requestId: string | null; error: string };

import type {
  Answer,
  DeskEvent,
  Frame,
  QueuedInput,
  RecoveredTurn,
  Scope,
  Submission,
  WithdrawRequest,
} from './ports.ts';
import type { TurnSaid } from './turn.ts';

export interface ConversationInput {
  scope: Scope;
  /** Stands in for chance in waits. */
  seed: number;
  /** What the store holds, in the order of its commits. */
  queue: QueuedInput[];
  turn: RecoveredTurn | null;
  /** `paused`: an abort left the queue so. `held`: its turn was cut off again and again; a person says when to go on. `drained`: the host is stopping; keep what comes, begin no turn. */
  begin: 'running' | 'paused' | 'held' | 'drained';
}

export type ConversationEvent =
  | DeskEvent
  | TurnSaid
  | { type: 'input.submitted'; requestId: string | null; submission: Submission }
  | { type: 'answer.given'; requestId: string | null; answer: Answer }
  | {
      type: 'abort.asked';
      requestId: string | null;
      /** Null stands for whatever runs now. */
      turnId: string | null;
      runId: string | null;
      by: string | null;
    }
  | { type: 'withdraw.asked'; request: WithdrawRequest }
  | { type: 'queue.resumeAsked'; requestId: string | null }
  | {
      type: 'change.asked';
      requestId: string | null;
      mode: string | null;
      cwd: string | null;
      by: string | null;
    }
  | { type: 'sync.asked'; reply: Frame | null }
  | { type: 'command.asked'; requestId: string; commandId: string; input: string }
  | { type: 'hub.returned' }
  /** From itself: an answer of the desk is on its way. */
  | { type: 'desk.asked' }
  | { type: 'conversation.drain' };

export interface ConversationContext {
  scope: Scope;
  seed: number;
  queue: QueuedInput[];
  /** The inputs of the turn that runs. */
  taken: QueuedInput[];
  takenFromQueue: boolean;
  /** Inputs that the store is writing down, by client_message_id. */
  arriving: string[];
  /** Withdrawals of inputs that are still arriving. */
  wishes: WithdrawRequest[];
  recovered: RecoveredTurn | null;
  begin: ConversationInput['begin'];
  turnId: string | null;
  runId: string | null;
  /** A withdrawal that waits until the parked turn has given its inputs back. */
  wanted: WithdrawRequest | null;
}

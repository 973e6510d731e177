import type { Answer, Answered, Withdrawn } from '../../../src/client/index.ts';
import type { HostName, ProcessName } from '../plan/faults.ts';
import type { PlannedScript } from '../plan/script.ts';

/** What became of one message, as far as people were told. Times are those of the story. */
export interface InputRecord {
  script: PlannedScript;
  conversation: string;
  host: HostName;
  sentAt: number;
  /** When somebody was first told that it is accepted. */
  acceptedAt: number | null;
  refusals: string[];
  withdrawals: (Withdrawn & { at: number })[];
  /** The words with which clients were told of its end. */
  endings: Set<string>;
}

export interface AnswerRecord {
  by: string;
  answer: Answer;
  result: Answered;
}

export interface ApprovalRecord {
  id: string;
  callId: string;
  conversation: string;
  answers: AnswerRecord[];
  /** What all were told that somebody had said, as JSON. */
  decisions: Set<string>;
}

export interface CallRecord {
  /** How clients were told that it ended: status and outcome. */
  ends: Set<string>;
  endSeenAt: number | null;
  /** When it was first told to be unknown, and how long the ledger was then. */
  unknown: { at: number; ledgerBytes: number } | null;
}

/** A host that was killed, and the calls that it had begun and not settled by what is left of its store. */
export interface KillRecord {
  host: HostName;
  at: number;
  atRisk: { callId: string; turnId: string; tool: string }[];
}

/** Everything that people were promised and told, in one round. */
export class Books {
  readonly inputs = new Map<string, InputRecord>();
  readonly approvals = new Map<string, ApprovalRecord>();
  readonly calls = new Map<string, CallRecord>();
  readonly kills: KillRecord[] = [];
  readonly killed: ProcessName[] = [];
  /** Breaches that are seen as they happen: a cursor that was skipped, say. */
  readonly seen: { what: string; about: string[] }[] = [];

  call(id: string): CallRecord {
    const known = this.calls.get(id) ?? { ends: new Set(), endSeenAt: null, unknown: null };
    this.calls.set(id, known);
    return known;
  }

  approval(id: string, conversation: string): ApprovalRecord {
    const callId = id.replace(/^perm-/, '');
    const known = this.approvals.get(id) ?? { id, callId, conversation, answers: [], decisions: new Set() };
    this.approvals.set(id, known);
    return known;
  }
}

import type { Json, JsonObject } from '../../../machines/ports.ts';
import type { WireUsage } from '../../protocol/delta.ts';
import type { StopReason } from '../../protocol/loop-status.ts';

/** What the hub keeps. Times are epoch milliseconds. */

export interface MemoryBlock {
  [key: string]: Json;
  id: string;
  label: string;
  value: string;
}

export interface AgentRow {
  id: string;
  name: string;
  /** `provider/model`; null means the hub's default. */
  model: string | null;
  system: string;
  description: string | null;
  tags: string[];
  blocks: MemoryBlock[];
  metadata: JsonObject;
  modelSettings: JsonObject | null;
  /** Tokens; null means the model's own window. */
  contextWindowLimit: number | null;
  createdAt: number;
  updatedAt: number;
  createdBy: string | null;
  /** Fields that a client sent and that mean nothing to us; given back as they came. */
  extra: JsonObject;
}

/** The right of one environment to run the conversation's turn (design.md 5.2). */
export interface Lease {
  turnId: string;
  /** Null: a program without a host. */
  environment: string | null;
  /** Null: the holder is not fenced (programs, Letta hosts). */
  generation: number | null;
  /** The otids with which the turn began: by them a Letta host is known that shares its device with another. */
  otids?: string[];
}

/** The calls of the last model step that nobody has answered yet. */
export interface OpenCalls {
  runId: string;
  turnId: string;
  environment: string | null;
  calls: { id: string; providerId: string; name: string }[];
  /** The turn was cancelled: what is left is closed as cancelled, not as unknown. */
  cancelled: boolean;
}

export interface ConversationRow {
  /** `scopeKey`: unique in the hub. */
  key: string;
  /** As on the wire: `conv-…`, or `default` for the agent's own. */
  id: string;
  agentId: string;
  summary: string | null;
  description: string | null;
  model: string | null;
  modelSettings: JsonObject | null;
  contextWindowLimit: number | null;
  archivedAt: number | null;
  createdAt: number;
  updatedAt: number;
  lastMessageAt: number | null;
  createdBy: string | null;
  lease: Lease | null;
  openCalls: OpenCalls | null;
  /** The first `seq` that a prompt is built from. */
  cut: number;
  /** Measured from usage; null until then. */
  charsPerToken: number | null;
}

/** The part of a conversation that people set. */
export type ConversationFields = Pick<
  ConversationRow,
  'summary' | 'description' | 'model' | 'modelSettings' | 'contextWindowLimit' | 'archivedAt'
>;

export interface MessageRow {
  /** Place in the transcript, from 1, with holes. */
  seq: number;
  id: string;
  /** The wire's `message_type`. */
  kind: string;
  otid: string | null;
  turnId: string;
  /** The run that it was posted for, or that made it. */
  runId: string | null;
  environment: string | null;
  /** Who is behind it: a token's id, or what a host named. */
  sender: string | null;
  at: number;
  /** The wire's own fields beyond the common ones. */
  body: JsonObject;
  /** What only the prompt needs: provider metadata and ids. */
  hidden: JsonObject | null;
  /** A digest of what was posted, to tell a repeat from another message under the same otid. */
  print: string | null;
}
export type NewMessage = Omit<MessageRow, 'seq'>;

export type RunStatus = 'streaming' | 'completed' | 'failed' | 'cancelled';

export interface RunError {
  /** `llm_error`, `interrupted`, `refused`, `incomplete_call`, `store_error`, `internal_error`. */
  type: string;
  message: string;
  retryable: boolean;
  retryAfterMs?: number;
  status?: number;
}

export interface RunRow {
  id: string;
  /** Key of the conversation. */
  conversation: string;
  conversationId: string;
  agentId: string;
  /** The first `otid` of the step; null when it had none. */
  key: string | null;
  turnId: string;
  environment: string | null;
  generation: number | null;
  model: string;
  status: RunStatus;
  stopReason: StopReason | null;
  error: RunError | null;
  usage: WireUsage | null;
  createdAt: number;
  completedAt: number | null;
}
export type NewRun = Omit<RunRow, 'status' | 'stopReason' | 'error' | 'usage' | 'completedAt'>;

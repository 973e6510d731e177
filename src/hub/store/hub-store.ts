import type { WireUsage } from '../../protocol/delta.ts';
import type { StopReason } from '../../protocol/loop-status.ts';
import type {
  AgentRow,
  ConversationFields,
  ConversationRow,
  Lease,
  MessageRow,
  NewMessage,
  NewRun,
  OpenCalls,
  RunError,
  RunRow,
  RunStatus,
} from './rows.ts';

/** A store on a network answers later; the local one at once. Callers always `await`. */
export type Awaitable<T> = T | Promise<T>;

/** A page of a list, in its order. `after` and `before` are ids; with `before` alone the page ends right before it. */
export interface Page {
  after?: string | undefined;
  before?: string | undefined;
  limit: number;
  order: 'asc' | 'desc';
}
/** `unknownCursor` names the id of `after` or `before` that is not in the list. */
export type Listed<T> = { ok: true; rows: T[] } | { ok: false; unknownCursor: string };

export interface AgentFilter {
  name?: string | undefined;
  tags?: string[] | undefined;
  matchAllTags?: boolean | undefined;
  text?: string | undefined;
}
export interface ConversationFilter {
  agentId?: string | undefined;
  archived?: boolean | undefined;
  text?: string | undefined;
  orderBy?: 'createdAt' | 'lastMessageAt' | undefined;
}
export interface RunFilter {
  agentIds?: string[] | undefined;
  conversation?: string | undefined;
  statuses?: RunStatus[] | undefined;
  stopReason?: string | undefined;
}

/** The start of a step: its messages, its run and the lease, in one transaction. */
export interface RunBegin {
  run: NewRun;
  /** Not yet in the transcript, in order. */
  messages: NewMessage[];
  lease: Lease;
  /** A step tried again. If another turn got in between, this turn's messages move behind it. */
  again: boolean;
}

export interface RunBegun {
  messages: MessageRow[];
  /** True when the turn was moved: what was built from the transcript is out of date. */
  moved: boolean;
}

export interface ChunkBatch {
  /** `seq_id` of the first text. */
  first: number;
  /** Chunks as JSON. */
  texts: string[];
}

/** The end of a run, in one transaction. */
export interface RunFinish {
  runId: string;
  status: Exclude<RunStatus, 'streaming'>;
  stopReason: StopReason;
  error: RunError | null;
  usage: WireUsage | null;
  at: number;
  messages: NewMessage[];
  chunks: ChunkBatch | null;
  /** The calls that wait for results; null when there are none. */
  openCalls: OpenCalls | null;
  /** False keeps the lease with its holder. */
  release: boolean;
  /** Where the prompt begins from now on, and what usage told about the size of tokens. */
  prompt: { cut: number; charsPerToken: number | null } | null;
}

/** The end of a turn outside of a run: the lease goes, `messages` (results for open calls) are written. */
export interface TurnClose {
  conversation: string;
  messages: NewMessage[];
  openCalls: OpenCalls | null;
  at: number;
}

/**
 * What the hub keeps. Each method is one atomic step. What decisions are made from is read without waiting (an
 * implementation on a network keeps a mirror of these small rows); everything else may take its time.
 */
export interface HubStore {
  agent(id: string): AgentRow | null;
  conversation(key: string): ConversationRow | null;

  /** Makes the agent and its `default` conversation. */
  createAgent(agent: AgentRow): Awaitable<void>;
  /** False when there is no such agent. */
  updateAgent(agent: AgentRow): Awaitable<boolean>;
  /** Deletes it with its conversations, messages and runs. */
  deleteAgent(id: string): Awaitable<boolean>;
  listAgents(page: Page, filter: AgentFilter): Awaitable<Listed<AgentRow>>;

  createConversation(conversation: ConversationRow): Awaitable<void>;
  updateConversation(key: string, fields: ConversationFields, at: number): Awaitable<boolean>;
  deleteConversation(key: string): Awaitable<boolean>;
  /** Without the agents' `default` ones. */
  listConversations(page: Page, filter: ConversationFilter): Awaitable<Listed<ConversationRow>>;

  listMessages(conversation: string, page: Page): Awaitable<Listed<MessageRow>>;
  /** Null when there is no such message. */
  message(id: string): Awaitable<MessageRow | null>;
  /** Null when there is no such message in this conversation. */
  messageOf(conversation: string, id: string): Awaitable<MessageRow | null>;
  /** From `seq` to the end, in order. */
  messagesFrom(conversation: string, seq: number): Awaitable<MessageRow[]>;
  messagesByOtid(conversation: string, otids: string[]): Awaitable<MessageRow[]>;
  /** What was posted for a run and what it made, in order. */
  messagesOfRun(runId: string): Awaitable<MessageRow[]>;
  /** Messages that belong to no run of their own (a late result, say). */
  appendMessages(conversation: string, messages: NewMessage[]): Awaitable<MessageRow[]>;

  run(id: string): Awaitable<RunRow | null>;
  /** The newest run of the step with this key. */
  runByKey(conversation: string, key: string): Awaitable<RunRow | null>;
  newestRun(conversation: string): Awaitable<RunRow | null>;
  listRuns(page: Page, filter: RunFilter): Awaitable<Listed<RunRow>>;
  /** Runs that were streaming when the store was last used. */
  streamingRuns(): Awaitable<RunRow[]>;
  /** Chunks with a `seq_id` above `after`; none when they were pruned or never written. */
  chunks(runId: string, after: number): Awaitable<{ seq: number; text: string }[]>;
  chunksKept(runId: string): Awaitable<boolean>;

  beginRun(begin: RunBegin): Awaitable<RunBegun>;
  appendChunks(runId: string, batch: ChunkBatch): Awaitable<void>;
  /** Null when the run is not streaming any more (its conversation was deleted, say): nothing is written. */
  finishRun(finish: RunFinish): Awaitable<MessageRow[] | null>;
  closeTurn(close: TurnClose): Awaitable<MessageRow[]>;

  /** Resolves when everything written so far is on disk. */
  durable(): Promise<void>;
}

/** Chunks are kept of this many newest runs a conversation. */
export const RUNS_WITH_CHUNKS = 64;

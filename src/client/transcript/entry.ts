/** How a tool call stands. Whether a person is asked for it is told by `View.approvals`. */
export type ToolState = 'proposed' | 'running' | 'succeeded' | 'failed' | 'denied' | 'cancelled' | 'unknown';

/** What a person said to a call, as far as it is known here. */
export interface ToolDecision {
  behavior: 'allow' | 'deny';
  by: string | null;
  message: string | null;
}

interface EntryBase {
  /** Names the entry for good: the same in every client, and over every reconnect. */
  key: string;
}

export interface UserEntry extends EntryBase {
  kind: 'user';
  /** The turn that it began, or was in; null when this hub or host does not say. */
  turnId: string | null;
  clientMessageId: string | null;
  text: string;
  /** Id of the person, when the hub knows it. */
  by: string | null;
}

export interface TextEntry extends EntryBase {
  kind: 'assistant' | 'reasoning';
  runId: string | null;
  turnId: string | null;
  text: string;
}

export interface ToolEntry extends EntryBase {
  kind: 'tool';
  runId: string | null;
  turnId: string | null;
  toolCallId: string;
  name: string;
  /** The arguments as the model wrote them: JSON text, possibly still growing. */
  arguments: string;
  /** The arguments the call ran with when a person edited them: JSON text. */
  edited: string | null;
  state: ToolState;
  /** The tail of its output so far; with `hasResult` the result as the model gets it. */
  output: string;
  hasResult: boolean;
  decision: ToolDecision | null;
}

/**
 * What is said once and not kept in the hub's transcript: retries, errors, status lines. After a gap a client
 * may lack one that another client shows; everything else is equal in all of them.
 */
export interface NoteEntry extends EntryBase {
  kind: 'note';
  about: 'status' | 'retry' | 'error' | 'command';
  level: 'info' | 'success' | 'warning' | 'error';
  text: string;
}

export type Entry = UserEntry | TextEntry | ToolEntry | NoteEntry;

/** A call that is over stays as it ended, whatever comes late. */
export const isSettled = (entry: ToolEntry): boolean =>
  entry.state !== 'proposed' && entry.state !== 'running';

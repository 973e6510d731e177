import type { JsonObject } from './base.ts';
import type { CallEffect } from './permissions.ts';

/** A tool call as the model proposed it. `id` is minted by the hub. */
export interface ProposedCall {
  id: string;
  name: string;
  /** The arguments as the model wrote them: JSON text, possibly invalid. */
  arguments: string;
}

/** Port `toolRunner`: run one call to its end. */
export interface RunCallInput {
  callId: string;
  name: string;
  args: JsonObject;
  cwd: string;
  /** What the call was allowed for: it touches that or nothing. */
  effect: CallEffect;
}

/** What a running tool says: its whole output so far, the tail of it, at most 30 000 characters. */
export interface ToolOutput {
  type: 'tool.output';
  callId: string;
  text: string;
}

/** The last thing a running tool says. */
export interface ToolEnded {
  type: 'tool.ended';
  callId: string;
  outcome: ToolOutcome;
}

/** How a call ended. `unknown` and `cancelled` are beside `status: 'error'`, never a status of their own. */
export interface ToolOutcome {
  status: 'success' | 'error';
  text: string;
  stdout?: string[];
  stderr?: string[];
  outcome?: 'unknown' | 'cancelled' | 'denied';
}

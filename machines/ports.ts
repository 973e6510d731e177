/**
 * The types of every effect that the machines ask for. An actor implements one port; a machine knows
 * nothing of the actor but this. Everything here is plain JSON, so that it can be recorded and replayed.
 */

/** One conversation of one agent. `conversationId` is `default` for the agent's virtual conversation. */
export interface Scope {
  agentId: string | null;
  conversationId: string;
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type Mode = 'standard' | 'acceptEdits' | 'unrestricted' | 'strict';

// ---------------------------------------------------------------------------------------------- tools

/** A tool call as the model proposed it. `id` is minted by the hub. */
export interface ProposedCall {
  id: string;
  name: string;
  /** The arguments as the model wrote them: JSON text, possibly invalid. */
  arguments: string;
}

/** Port `toolRunner`: run one call to its end. The process tree carries `mark` in SIGNALBOX_CALL. */
export interface ToolRunInput {
  callId: string;
  name: string;
  args: JsonObject;
  cwd: string;
  mark: string;
}

/** What a running tool says: its whole output so far, the tail of it, at most 30 000 characters. */
export interface ToolOutput {
  type: 'tool.output';
  callId: string;
  text: string;
}

/** How a call ended. `unknown` and `cancelled` are beside `status: 'error'`, never a status of their own. */
export interface ToolOutcome {
  status: 'success' | 'error';
  text: string;
  stdout?: string[];
  stderr?: string[];
  outcome?: 'unknown' | 'cancelled' | 'denied';
}

// ---------------------------------------------------------------------------------------- permissions

/** A rule that a person saved with "always allow this". Matched exactly; `path` is absolute and real. */
export type SavedRule = { tool: 'Bash'; command: string; cwd: string } | { tool: string; path: string };

/** What a person is offered beside "allow": choosing it saves `rule` for this conversation. */
export interface Suggestion {
  id: string;
  text: string;
  rule: SavedRule;
}

export interface DiffLine {
  type: 'context' | 'add' | 'remove';
  content: string;
}
export interface DiffHunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  lines: DiffLine[];
}
/** The wire's own shape (protocol.md 7.1), so its keys are the wire's. */
export type DiffPreview =
  | { mode: 'advanced'; fileName: string; hunks: DiffHunk[] }
  | { mode: 'fallback' | 'unpreviewable'; fileName: string; reason: string };

/** Port `judge`: may this call run? */
export interface JudgeInput {
  call: ProposedCall;
  cwd: string;
  mode: Mode;
  rules: SavedRule[];
}

/**
 * `invalid`: the arguments do not fit the tool. `deny`: a rule forbids it. `files` are the absolute
 * real paths the call reads or writes; with `writes` they decide what may run beside what.
 */
export type Verdict =
  | { kind: 'invalid' | 'deny'; reason: string }
  | { kind: 'allow'; reason: string; args: JsonObject; effect: CallEffect }
  | {
      kind: 'ask';
      reason: string;
      args: JsonObject;
      effect: CallEffect;
      suggestions: Suggestion[];
      diffs: DiffPreview[];
    };

/** What a call may touch. `anything` is a shell command: it may write any file. */
export type CallEffect = { kind: 'anything' } | { kind: 'reads' | 'writes'; files: string[] };

// --------------------------------------------------------------------------------------- model (hub)

export interface PromptCall {
  id: string;
  /** The provider's own id of the call, sent back to that provider. */
  providerId: string;
  name: string;
  arguments: string;
}
export type PromptPart = { type: 'text'; text: string } | { type: 'image'; data: string; mediaType: string };

/** One message of the prompt. `turn` names the turn it belongs to. */
export type PromptMessage =
  | { role: 'user'; turn: string; content: string | PromptPart[] }
  | {
      role: 'assistant';
      turn: string;
      text: string;
      reasoning: { text: string; metadata?: JsonObject }[];
      calls: PromptCall[];
    }
  | {
      role: 'tool';
      turn: string;
      results: { id: string; providerId: string; name: string; text: string; isError: boolean }[];
    };

/** A tool that the model may call; `parameters` is a JSON Schema. */
export interface ToolSpec {
  name: string;
  description: string;
  parameters: JsonObject;
}

/** Port `sampler`: one model step. `model` is `provider/model`. */
export interface SampleInput {
  model: string;
  system: string;
  messages: PromptMessage[];
  tools: ToolSpec[];
  settings: { maxOutputTokens?: number; temperature?: number; reasoningEffort?: string };
}

export interface SampleUsage {
  promptTokens: number;
  completionTokens: number;
  totalTokens: number;
  cachedInputTokens?: number;
  reasoningTokens?: number;
}

/** What the sampler says, in order; `finished` or `failed` is the last. `index` numbers the calls from 0. */
export type SampleEvent =
  | { type: 'sample.text'; text: string }
  | { type: 'sample.reasoning'; text: string; metadata?: JsonObject }
  | { type: 'sample.callStarted'; index: number; providerId: string; name: string }
  | { type: 'sample.callArguments'; index: number; text: string }
  | { type: 'sample.callEnded'; index: number; providerId: string; name: string; arguments: string }
  | { type: 'sample.finished'; stop: 'end' | 'calls' | 'length' | 'refused'; usage: SampleUsage }
  | {
      type: 'sample.failed';
      message: string;
      /** HTTP status of the provider, when there was one. */
      status?: number;
      retryAfterMs?: number;
      /** False when the same request would fail again (bad key, unknown model, prompt too long). */
      retryable: boolean;
    };

import type { JsonObject } from './base.ts';

export interface PromptCall {
  id: string;
  /** The provider's own id of the call, sent back to that provider. */
  providerId: string;
  name: string;
  arguments: string;
}
/** The result of a call. `note` is what a real model must know beside it, such as arguments that a person changed. */
export interface PromptResult {
  id: string;
  providerId: string;
  name: string;
  text: string;
  isError: boolean;
  note?: string;
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
      results: PromptResult[];
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
  /** Characters of all that the model reads, where whoever composed the prompt has counted them. */
  chars?: number;
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

/** The name of a run. Its prompt does not pass through the machine: it is large, and the store has it. */
export interface RunRef {
  runId: string;
}

export interface RunFailure {
  /** `llm_error`, `interrupted`, `refused`, `incomplete_call`, `store_error` or `internal_error`. */
  type: string;
  message: string;
  retryable: boolean;
  status?: number;
  retryAfterMs?: number;
}

/** How a model step ended. */
export type RunEnd =
  | { outcome: 'completed'; stop: 'end' | 'length'; usage: SampleUsage }
  | { outcome: 'requiresApproval'; usage: SampleUsage }
  | { outcome: 'failed'; failure: RunFailure }
  | { outcome: 'cancelled' };

/**
 * Port `commitRun`: what a run asks the hub's store. `begin`: resolve when the start of the run is on disk.
 * `end`: write the end and resolve when it is on disk. `withdraw`: take back the calls of a run that ended
 * with calls, because the cancel came while that end was being written.
 */
export type RunCommit = RunRef & ({ step: 'begin' } | { step: 'end'; end: RunEnd } | { step: 'withdraw' });
export type RunCommitted = { ok: true } | { ok: false; message: string };

import type { ZodType } from 'zod';
import type { CallEffect, ToolOutcome } from '../../machines/ports.ts';
import type { Secrets } from '../secrets/known-secrets.ts';

/** What a tool is given for one call. */
export interface ToolContext {
  callId: string;
  /** The conversation's working directory; it may be gone. */
  cwd: string;
  /** What the call was allowed for, by its real paths; what leads elsewhere by now is not touched. */
  effect: CallEffect;
  /** The value of SIGNALBOX_CALL for every process of this call. It stands in `env` already. */
  mark: string;
  /** The environment for processes. */
  env: Record<string, string>;
  /** A tool that cuts text masks it before: a cut through a secret would make it unrecognisable. */
  secrets: Secrets;
  /** Aborts when the call is cancelled. The tool ends whatever it runs, then resolves. */
  signal: AbortSignal;
  /** Shows what there is so far; each time replaces the last. At most 30 000 characters. */
  output(text: string): void;
}

/** A tool of the host. An expected failure is an outcome with status `error`; a rejection is a bug. */
export interface Tool<A = unknown> {
  name: string;
  description: string;
  parameters: ZodType<A>;
  /** A search that leaves `.signalbox` and the home out, unless it begins inside of them. */
  skipsProtected?: true;
  /** What the call may touch: absolute real paths. Nothing is changed by asking. */
  effect(args: A, cwd: string): Promise<CallEffect>;
  run(args: A, context: ToolContext): Promise<ToolOutcome>;
}

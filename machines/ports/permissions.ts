import type { JsonObject, Mode } from './base.ts';
import type { ProposedCall } from './tools.ts';

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

import type { LiveRun } from './live-run.ts';
import type { Problem } from './problem.ts';

/** A run to be read: from memory while it is executed, else the chunks that are left, as JSON. */
export type Reading =
  | { runId: string; live: LiveRun; after: number }
  | { runId: string; live: null; texts: string[] };

/** What a POST comes to in the end. */
export type Outcome = { kind: 'refused'; problem: Problem } | { kind: 'reading'; reading: Reading };

/** What it comes to for now: `waiting` means that another environment, or an earlier message, holds the turn. */
export type Attempt = Outcome | { kind: 'waiting'; environment: string | null; runId: string | null };

export interface Waiting {
  kind: 'waiting';
  /** Who holds the turn; null: a program without a host. */
  environment: string | null;
  runId: string | null;
  outcome: Promise<Outcome>;
  /** Withdraws: nothing is run for it any more. */
  drop(): void;
}

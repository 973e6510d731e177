import type { Mode, SavedRule } from '../../machines/ports.ts';
import type { JudgedCall } from './judged-call.ts';
import type { ProtectedPlaces } from './protected-places.ts';
import type { SettingsRules } from './settings-rules.ts';

/**
 * What one step of the order says; undefined leaves it to the next. `lasting`: a saved rule would not change
 * the answer, so none is offered. `secret`: what the call touches is not shown either.
 */
export type Decision =
  | { kind: 'deny'; reason: string }
  | { kind: 'allow'; reason: string }
  | { kind: 'ask'; reason: string; lasting: boolean; secret?: true };

/** All that a step may look at. Made for one call; nothing of it outlives the call. */
export interface Case {
  call: JudgedCall;
  mode: Mode;
  saved: readonly SavedRule[];
  settings: SettingsRules;
  places: ProtectedPlaces;
  userHome: string;
  /** Real paths: the working directory and the additional directories. */
  inside: readonly string[];
}

export type Step = (judged: Case) => Decision | undefined | Promise<Decision | undefined>;

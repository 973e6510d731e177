import type { Violation } from '../checks/violation.ts';
import type { Conversation, Place, Seat } from '../people/conversation.ts';
import type { LinkName, ProcessName } from '../plan/faults.ts';
import type { PlannedConversation } from '../plan/plan.ts';
import type { PlannedScript } from '../plan/script.ts';

/** What is struck, at one of its points: a process before what it does next, a link before what goes through it next. */
export type Target = { process: ProcessName; signal: 'SIGKILL' | 'SIGSTOP' } | { link: LinkName };

/** A story that is told again and again, and each time struck at another point. */
export interface Sequence {
  name: string;
  target: Target;
  mode: PlannedConversation['mode'];
  /** What is sent in it; `id` is another one each time. */
  scripts(id: string): PlannedScript[];
  play(scene: Scene): Promise<void>;
  /** What must be true of this story beyond what is true of all. */
  check?(scene: Scene): Violation[];
}

/** One telling. */
export interface Scene {
  place: Place;
  conversation: Conversation;
  seat: Seat;
  scripts: PlannedScript[];
  /** From now on the points of the target count. */
  arm(): void;
  /** True when the target was struck, false when everything came to rest without. */
  struck(): Promise<boolean>;
}

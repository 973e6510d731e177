import type { LogText } from '../../src/log/follow-session.ts';
import type { LogEntry } from '../../src/log/reader.ts';

/** What the page is sent of a recording, one JSON object a line; the first one is the `title`. */
export type Piece =
  | { title: string; isLive: boolean }
  /** Lines of a recording that is there as a whole. */
  | { entries: LogEntry[] }
  /** Lines of a session that goes on, as they stand in its file: to read them is left to the page. */
  | LogText
  /** See `followSession`. */
  | { lookedAt: number }
  | { gap: string }
  | { ended: string };

/** Where the page gets its recording from. `pieces` without the title; it ends when there is no more, or on `signal`. */
export interface Source {
  title: string;
  isLive: boolean;
  pieces(signal: AbortSignal): AsyncIterable<Piece>;
}

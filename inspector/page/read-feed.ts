import { readText } from '../../src/replay/read-text.ts';
import { Recording } from '../recording/recording.ts';
import { fetchPieces, Refused } from './fetch-pieces.ts';

/** What there is to show; a new one whenever something came. */
export interface Feed {
  title: string;
  recording: Recording;
  /** The session was running when it was opened. */
  isLive: boolean;
  /** `going`: more may come; `over`: the session, or the recording, has ended; `lost`: the connection, for now. */
  status: 'going' | 'over' | 'lost';
  /** What the person should know of it. */
  notice: string | null;
  /** How far the clock of the session is ahead of the one here, in milliseconds. */
  aheadMs: number;
}

const RETRY_MS = 2_000;
/** Characters of log that a page keeps before it lets go of the beginning. */
const MOST_KEPT = 128 * 1024 * 1024;

/** Told of progress until there is something to show. */
export interface Listener {
  onFeed(feed: Feed): void;
  onProgress(lines: number): void;
}

/** Reads the recording, and goes on with it while its session does. Rejects with words for people when it cannot begin. */
export async function readFeed(key: string, listener: Listener): Promise<void> {
  let last: Feed | undefined;
  let notice: string | null = null;
  const show = (feed: Feed) => {
    last = feed;
    listener.onFeed(feed);
  };
  for (;;) {
    try {
      const gap = await readOnce(key, notice, show, listener.onProgress);
      if (gap === null) return;
      notice = gap || null;
    } catch (error) {
      if (last === undefined) throw error;
      const isFinal = error instanceof Refused;
      const text = isFinal
        ? error.message
        : 'The program that served this page does not answer. Trying again…';
      show({ ...last, status: isFinal ? 'over' : 'lost', notice: text });
      if (isFinal) return;
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
}

/** Null at the end of the session; else why it has to begin anew, which may be nothing that a person need know. */
async function readOnce(
  key: string,
  notice: string | null,
  show: (feed: Feed) => void,
  onProgress: (lines: number) => void,
): Promise<string | null> {
  const recording = new Recording();
  let feed: Feed = { title: '', recording, isLive: false, status: 'going', notice, aheadMs: 0 };
  let kept = 0;
  for await (const piece of fetchPieces(key)) {
    if ('title' in piece) feed = { ...feed, ...piece };
    if ('entries' in piece) recording.push(piece.entries);
    if ('text' in piece) {
      recording.push(readText(piece.text, piece.file, piece.line));
      kept += piece.text.length;
    }
    if (recording.isLate) return notice ?? '';
    if ('gap' in piece) return `${piece.gap}; this begins anew behind it`;
    if ('lookedAt' in piece) {
      recording.settle();
      feed = { ...feed, aheadMs: piece.lookedAt - Date.now() };
      show(feed);
      if (kept > MOST_KEPT) return 'The beginning was let go of, to make room. It is still in the log';
    } else onProgress(recording.lines.length);
    if ('ended' in piece) {
      recording.end();
      show({ ...feed, status: 'over', notice: piece.ended });
      return null;
    }
  }
  if (feed.isLive) throw new Error('the connection ended');
  recording.end();
  show({ ...feed, status: 'over' });
  return null;
}

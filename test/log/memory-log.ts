import { frameText } from '../../src/log/frame-text.ts';
import { objectText } from '../../src/log/json-text.ts';
import { formatLine, type LogLine, parseLine } from '../../src/log/line.ts';
import type { LogFollower, SessionLog } from '../../src/log/session-log.ts';

/** A session log that keeps its lines, all of the same time. */
export interface MemoryLog extends SessionLog {
  segment: number;
  texts: string[];
  /** Called after each line. */
  onLine: () => void;
  lines(): LogLine[];
  /** A next segment begins. */
  roll(): void;
}

export function memoryLog(): MemoryLog {
  const followers = new Set<LogFollower>();
  const put = (...[verb, label, text]: [string, LogLine['label'], string]) => {
    log.texts.push(formatLine('00:00:00.000', verb, label, text));
    log.onLine();
  };
  const log: MemoryLog = {
    path: '',
    session: 'memory',
    segment: 1,
    texts: [],
    onLine: () => {},
    frame: (verb, label, wire, event) => put(verb, label, frameText(wire, event)),
    lifecycle: (verb, json) => put(verb, 'lifecycle', objectText(json)),
    border: (verb: string, label: LogLine['label'], text: string) => put(verb, label, text),
    flush: () => {},
    follow: (follower) => {
      followers.add(follower);
      return () => followers.delete(follower);
    },
    close: () => {
      for (const follower of [...followers]) follower.closing();
    },
    roll: () => {
      log.segment += 1;
      for (const follower of [...followers]) follower.rolled();
    },
    lines: () =>
      log.texts.map((text) => {
        const parsed = parseLine(text);
        if (!parsed.ok) throw new Error(`${parsed.reason}: ${text}`);
        return parsed.line;
      }),
  };
  return log;
}

/** `verb root-or-path what`, for assertions on order. */
export function brief({ verb, json }: LogLine): string {
  const event = json.event as { type?: string } | undefined;
  const what = event?.type ?? json.src ?? json.status ?? json.n ?? json.segment ?? json.machine ?? '';
  return `${verb} ${json.to ?? json.path ?? json.root} ${what}`.trimEnd();
}

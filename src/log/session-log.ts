/**
 * The log of one session: of a host (`logs/remote/`) or of a hub (`logs/hub/`), in files that replay can run again.
 *
 * It writes what it is given and filters nothing: the actors mask every secret before a machine or a frame holds it.
 * Headers, tokens and addresses with credentials are never handed to it, and it never looks at the connection itself.
 */
import { chmodSync, closeSync } from 'node:fs';
import winston from 'winston';
import { makeFolder } from '../../actors/make-folder.ts';
import type { JsonObject } from '../../machines/ports.ts';
import { type FrameEvent, frameText } from './frame-text.ts';
import { objectText } from './json-text.ts';
import { type ActorLabel, type BorderVerb, type FrameLabel, type FrameVerb, formatLine } from './line.ts';
import { LocalTime } from './local-time.ts';
import { ownIdentity } from './process-identity.ts';
import { pruneSessions, removeFile } from './prune-sessions.ts';
import { createSegment, createSession, segmentFile } from './session-files.ts';
import { TurnTransport } from './transport.ts';

/** The version of the line grammar and of what the lines hold. */
const FORMAT = 1;

export interface SessionLogOptions {
  /** Made with mode 0700 when missing. */
  dir: string;
  /** Epoch milliseconds. */
  now?: () => number;
  /** Sessions that remain in `dir`, with this one. */
  keep?: number;
  /** A segment ends with the batch that reaches this size. */
  segmentBytes?: number;
  /** Newest segments of this session that remain. */
  keepSegments?: number;
  /** For the first line of each segment: which program, its versions, what tells one session from another. */
  meta: { program: string; versions: JsonObject } & JsonObject;
}

/** Whoever has more than one line to tell of: each is asked when a new segment begins and before the log is closed. */
export interface LogFollower {
  rolled(): void;
  closing(): void;
}

export interface SessionLog {
  /** The first segment. */
  readonly path: string;
  /** The name of the session: the moment it began. */
  readonly session: string;
  /** The number of the segment being written, from 1. */
  readonly segment: number;
  /** A frame; see `frameText` for what a text must be. With `event` when it became one. */
  frame(verb: FrameVerb, label: FrameLabel, wire: string | object, event?: FrameEvent): void;
  /** What happens to the session and its connections; the verb is a word of a-z, 0-9 and `_`, as `run_started`. */
  lifecycle(verb: Lowercase<string>, json: object): void;
  /** A border of a machine, or the `open` of a root; `text` is the JSON text of one object. For the recorder. */
  border(verb: BorderVerb, label: ActorLabel, text: string): void;
  border(verb: 'open', label: 'lifecycle', text: string): void;
  /** Puts in the file what was logged so far. Sockets call it before a frame leaves. */
  flush(): void;
  /** Returns what ends the following. */
  follow(follower: LogFollower): () => void;
  /** Ends the session. What comes later is dropped. */
  close(): void;
}

/** The log cannot be begun; the message says why and how to go on. */
class SessionLogError extends Error {
  override name = 'SessionLogError';
}

/** Throws `SessionLogError` when the first file cannot be made. After that nothing here throws. */
export function openSessionLog(options: SessionLogOptions): SessionLog {
  const { dir, now = Date.now, keep = 10 } = options;
  try {
    makePrivateFolder(dir);
    pruneSessions(dir, keep - 1);
    return new FileSessionLog(options, new LocalTime(now), createSession(dir, now()));
  } catch (error) {
    const way = 'Make it a folder that you can write to, or set SIGNALBOX_HOME to another one.';
    throw new SessionLogError(
      `The session log cannot be written in ${dir}: ${(error as Error).message}. ${way}`,
      {
        cause: error,
      },
    );
  }
}

function makePrivateFolder(dir: string): void {
  makeFolder(dir);
  try {
    chmodSync(dir, 0o700);
  } catch {
    // A folder of somebody else's, such as a mounted volume. The files in it are private all the same.
  }
}

/** What a failing disk says at the end changes nothing: what could not be written was counted. */
function closeFile(fd: number): void {
  try {
    closeSync(fd);
  } catch {
    // As above.
  }
}

class FileSessionLog implements SessionLog {
  readonly path: string;
  readonly session: string;
  segment = 1;
  #dir: string;
  #fd: number;
  #time: LocalTime;
  #day = '';
  #segmentBytes: number;
  #keepSegments: number;
  #rollAt: number;
  /** The segment holds nothing yet but what it begins with. */
  #fresh = true;
  #meta: SessionLogOptions['meta'];
  #identity = ownIdentity();
  #followers = new Set<LogFollower>();
  #closed = false;
  #transport: TurnTransport;
  #logger: winston.Logger;

  constructor(options: SessionLogOptions, time: LocalTime, file: { session: string; fd: number }) {
    this.#dir = options.dir;
    this.#segmentBytes = options.segmentBytes ?? 32 * 1024 * 1024;
    this.#keepSegments = options.keepSegments ?? 8;
    this.#rollAt = this.#segmentBytes;
    this.#meta = options.meta;
    this.#time = time;
    this.#fd = file.fd;
    this.session = file.session;
    this.path = segmentFile(options.dir, file.session, 1);
    this.#transport = new TurnTransport({
      fd: file.fd,
      opening: this.#opening(),
      lostLine: (count) => formatLine(time.stamp(), 'lines_lost', 'lifecycle', `{"count":${count}}`),
      onWritten: (bytes) => this.#written(bytes),
    });
    const format = winston.format((info) => info)();
    this.#logger = winston.createLogger({ format, transports: [this.#transport] });
    this.#transport.flush();
  }

  frame(verb: FrameVerb, label: FrameLabel, wire: string | object, event?: FrameEvent): void {
    this.#line(verb, label, frameText(wire, event));
  }

  lifecycle(verb: Lowercase<string>, json: object): void {
    this.#line(verb, 'lifecycle', objectText(json));
  }

  border(verb: BorderVerb | 'open', label: ActorLabel | 'lifecycle', text: string): void {
    this.#line(verb, label, text);
  }

  flush(): void {
    this.#transport.flush();
  }

  follow(follower: LogFollower): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  close(): void {
    if (this.#closed) return;
    for (const follower of [...this.#followers]) follower.closing();
    this.lifecycle('session', { session: this.session, ended: true });
    this.#closed = true;
    this.#logger.close();
    closeFile(this.#fd);
  }

  #line(verb: string, label: FrameLabel | ActorLabel, text: string): void {
    if (this.#closed) return;
    const time = this.#time.stamp();
    this.#fresh = false;
    if (this.#time.day !== this.#day) this.#newDay(time);
    this.#put(formatLine(time, verb, label, text));
  }

  #put(message: string): void {
    this.#logger.log({ level: 'info', message });
  }

  /** The times on the lines are of a day and a zone; a reader learns here that they changed. */
  #newDay(time: string): void {
    const { date, zone, day } = this.#time;
    this.#day = day;
    this.#put(formatLine(time, 'day', 'lifecycle', JSON.stringify({ date, zone })));
  }

  /** The first line of a segment. */
  #opening(): string {
    const time = this.#time.stamp();
    const { date, zone, day } = this.#time;
    this.#day = day;
    const { session, segment } = this;
    const open = { format: FORMAT, date, zone, session, segment, ...this.#identity, ...this.#meta };
    return formatLine(time, 'open', 'lifecycle', objectText(open));
  }

  #written(bytes: number): void {
    if (bytes >= this.#rollAt && !this.#fresh && !this.#closed) this.#roll(bytes);
  }

  #roll(bytes: number): void {
    let fd: number;
    try {
      fd = createSegment(this.#dir, this.session, this.segment + 1);
    } catch {
      // Longer than it should be is better than lost. Tried again after as much as a few thousand lines.
      this.#rollAt = bytes + 1024 * 1024;
      return;
    }
    closeFile(this.#fd);
    this.#fd = fd;
    this.segment += 1;
    this.#rollAt = this.#segmentBytes;
    this.#transport.use(fd, this.#opening());
    for (const follower of [...this.#followers]) follower.rolled();
    this.#fresh = true;
    this.#transport.flush();
    removeFile(segmentFile(this.#dir, this.session, this.segment - this.#keepSegments));
  }
}

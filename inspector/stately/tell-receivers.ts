import type { WebSocket } from 'ws';
import { followSession } from '../../src/log/follow-session.ts';
import { segmentsOf } from '../../src/log/list-sessions.ts';
import { readBefore } from '../../src/replay/read-recording.ts';
import { readText } from '../../src/replay/read-text.ts';
import { ActorTale } from './actor-tale.ts';
import { Receiver } from './receiver.ts';
import { WatchedSession } from './watched-session.ts';

interface Following {
  end: AbortController;
  tale: ActorTale;
  /** How often the log was read to its end. The steps that were open the first time are run by the second. */
  looks: number;
}

/**
 * Tells receivers of the session that writes `file`, as long as there are any: without one, nothing is read. Each is
 * introduced to what lives when it comes, then told of what happens.
 */
export class ReceiverTeller {
  readonly #file: string;
  readonly #receivers = new Set<Receiver>();
  /** Set while the session is followed. */
  #following: Following | undefined;
  readonly #sockets = new Set<WebSocket>();

  constructor(file: string) {
    this.#file = file;
  }

  add(socket: WebSocket): void {
    if (socket.readyState !== socket.OPEN) return;
    const following = this.#following ?? this.#follow();
    const { tale } = following;
    const receiver = new Receiver(socket, (leftOut) => [
      ...tale.living(),
      ...(leftOut > 0 ? tale.leftOut(leftOut) : []),
    ]);
    this.#receivers.add(receiver);
    this.#sockets.add(socket);
    socket.on('close', () => {
      this.#receivers.delete(receiver);
      this.#sockets.delete(socket);
      if (this.#receivers.size === 0) this.#stop();
    });
    // Before that, what lives is not known yet.
    if (isThere(following)) receiver.begin();
  }

  #follow(): Following {
    const tell = (text: () => string) => {
      let made: string | undefined;
      const once = (): string => {
        made ??= text();
        return made;
      };
      if (isThere(following)) for (const receiver of this.#receivers) receiver.tell(once);
    };
    const following = { end: new AbortController(), tale: new ActorTale(tell, Date.now), looks: 0 };
    this.#following = following;
    this.#read(following).then(
      (reason) => this.#close(following, 1000, reason),
      (error: Error) => this.#close(following, 1011, `The log cannot be read: ${error.message}`),
    );
    return following;
  }

  async #read(following: Following): Promise<string> {
    const session = new WatchedSession(following.tale);
    const { signal } = following.end;
    // A long session is joined where its newest segment begins, with what that goes on with.
    const newest = segmentsOf(this.#file).at(-1);
    const file = newest?.file ?? this.#file;
    if (newest !== undefined && newest.segment > 1)
      for await (const entry of readBefore(newest.file, newest.segment)) session.push([entry]);
    for await (const piece of followSession(file, { signal })) {
      if ('text' in piece) session.push(readText(piece.text, piece.file, piece.line));
      else if ('gap' in piece) return piece.gap;
      else if ('ended' in piece) return piece.ended;
      else this.#settle(session, following);
      if (session.damage !== undefined) return session.damage;
    }
    return '';
  }

  #settle(session: WatchedSession, following: Following): void {
    session.settle();
    following.looks += 1;
    if (following.looks === LOOKS) for (const receiver of this.#receivers) receiver.begin();
  }

  #close(following: Following, code: number, reason: string): void {
    if (this.#following !== following) return;
    this.#following = undefined;
    for (const socket of this.#sockets) socket.close(code, reason.slice(0, 120));
  }

  #stop(): void {
    this.#following?.end.abort();
    this.#following = undefined;
  }
}

const LOOKS = 2;
const isThere = ({ looks }: Following): boolean => looks >= LOOKS;

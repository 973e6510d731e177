import { createActor, type InspectionEvent } from 'xstate';
import { createClientSocket } from '../../actors/client-socket.ts';
import type { HubAddress } from '../../actors/hub-request.ts';
import { createResolveTarget } from '../../actors/resolve-target.ts';
import type { Frame, ResolveInput, Scope } from '../../machines/ports.ts';
import { sessionMachine } from '../../machines/session.ts';
import { frameTooLarge } from '../protocol/client-frame-size.ts';
import type { Mode } from '../protocol/modes.ts';
import {
  type Aborted,
  type Accepted,
  type Answered,
  type Outcome,
  readAborted,
  readAccepted,
  readAnswered,
  readOutcome,
  readWithdrawn,
  type Withdrawn,
} from './answers.ts';
import { ApiError } from './api-error.ts';
import { type Answer, type Command, commands, type SendOptions } from './commands.ts';
import { emptyTranscript, reduceFrame, type Transcript, withLink, withStarted } from './transcript.ts';
import type { LinkState, View } from './view.ts';

/** What a subscriber is told: the new view, and the frame that made it, if it was a frame. */
export interface Update {
  view: View;
  frame: Frame | null;
}

/** One conversation in one environment, kept alive over every outage until `close`. */
export interface Session {
  /** Fulfilled when the first snapshot is there; rejected with `ApiError` when there is no such target. */
  readonly ready: Promise<void>;
  /** The agent and conversation; null until the hub was asked. */
  readonly scope: Scope | null;
  readonly environmentId: string | null;
  /** Calls `listener` after every change. The answer ends the subscription. */
  subscribe(listener: (update: Update) => void): () => void;
  view(): View;
  /** Sends a message. Fulfilled when it is on disk, or refused; over an outage it is sent again by itself. */
  send(text: string, options?: SendOptions): Promise<Accepted>;
  /** Answers one of `view().approvals`. */
  answer(requestId: string, answer: Answer): Promise<Answered>;
  /** Stops the turn that runs. Queued messages then wait for `resumeQueue` or a new message. */
  abort(): Promise<Aborted>;
  /** Takes an input out of `view().queue` by its `id`. */
  removeQueued(itemId: string): Promise<Outcome>;
  /** Takes back an accepted message, wherever it is by now. */
  withdraw(clientMessageId: string): Promise<Withdrawn>;
  resumeQueue(): Promise<Outcome>;
  /** Has the host tell how everything stands; what it says is in the view before the answer comes. */
  sync(): Promise<Outcome>;
  setMode(mode: Mode): Promise<Outcome>;
  setCwd(cwd: string): Promise<Outcome>;
  /** Somebody is there again, the network changed: find out within seconds whether the link lives. */
  probe(): void;
  close(): void;
}

export interface SessionOptions extends HubAddress {
  target: ResolveInput;
  WebSocket?: typeof globalThis.WebSocket;
  /** Observes the machine, for a recorder or an inspector. */
  inspect?(event: InspectionEvent): void;
}

/** Opens a session. It connects by itself; `ready` tells when. */
export function createSession(options: SessionOptions): Session {
  const actor = createActor(
    sessionMachine.provide({
      actors: { resolveTarget: createResolveTarget(options), clientSocket: createClientSocket(options) },
    }),
    {
      input: { target: options.target, seed: crypto.getRandomValues(new Uint32Array(1))[0] ?? 0 },
      ...(options.inspect ? { inspect: options.inspect } : {}),
    },
  );
  const listeners = new Set<(update: Update) => void>();
  const waiting = new Map<string, (frame: Frame) => void>();
  const ready = Promise.withResolvers<void>();
  ready.promise.catch(() => undefined);
  let transcript: Transcript = emptyTranscript;
  let target: { environmentId: string; scope: Scope } | null = null;

  const show = (next: Transcript, frame: Frame | null) => {
    transcript = next;
    for (const listener of [...listeners]) tell(listener, { view: next.view, frame });
  };
  const setLink = (link: LinkState) => {
    if (transcript.view.link !== link) show(withLink(transcript, link), null);
  };

  actor.on('resolved', ({ environmentId, scope }) => {
    target = { environmentId, scope };
  });
  actor.on('link', ({ up }) => setLink(up ? 'live' : 'settling'));
  actor.on('frame', ({ frame }) => {
    show(reduceFrame(transcript, frame), frame);
    if (frame.type === 'snapshot') askForStatus();
    if (frame.type === 'snapshot' || (frame.type === 'resumed' && frame.result === 'ok')) ready.resolve();
  });
  actor.on('answered', ({ requestId, frame }) => {
    waiting.get(requestId)?.(frame);
    waiting.delete(requestId);
  });
  const end = (link: LinkState, code: string, message: string) => {
    setLink(link);
    ready.reject(new ApiError(0, code, message));
    for (const settle of waiting.values()) settle({ type: 'error', code, message });
    waiting.clear();
  };
  actor.subscribe({
    complete: () => {
      const failure = actor.getSnapshot().context.failure;
      if (failure) end('refused', 'refused', failure);
      else end('closed', 'closed', 'the session was closed before the answer came');
    },
    error: (error) => end('closed', 'broken', `the session broke: ${String(error)}`),
  });

  /** A hub knows of a conversation what its host has said; of a new one that is nothing until the host is asked. */
  const askForStatus = () => {
    const { deviceStatus, environment } = transcript.view;
    if (deviceStatus === null && environment?.status === 'online') void give(commands.sync);
  };

  /** Scope is filled in when the hub has told it, so a command may be given at once. */
  const giveWhenReady = async (
    build: (scope: Scope) => Command,
    heard?: (answer: Frame) => void,
  ): Promise<Frame> => {
    await ready.promise.catch(() => undefined);
    return give(build, heard);
  };
  /** `heard` is called with the answer before the next frame is looked at. */
  const give = (
    build: (scope: Scope) => Command,
    heard: (answer: Frame) => void = () => undefined,
  ): Promise<Frame> => {
    if (target === null || actor.getSnapshot().status !== 'active') {
      const message = actor.getSnapshot().context.failure || 'the session is closed';
      return Promise.resolve({ type: 'error', code: 'closed', message });
    }
    const requestId = crypto.randomUUID();
    const frame = { ...build(target.scope), request_id: requestId };
    // The hub would close the socket on one far too large, and this would send it again and again.
    const excess = frameTooLarge(JSON.stringify(frame).length);
    if (excess !== null) return Promise.resolve({ type: 'error', code: 'frame_too_large', message: excess });
    const { promise, resolve } = Promise.withResolvers<Frame>();
    waiting.set(requestId, (answer) => {
      heard(answer);
      resolve(answer);
    });
    actor.send({ type: 'command.given', requestId, frame });
    return promise;
  };

  // One that is over hears nothing.
  const tellActor = (event: { type: 'link.probe' } | { type: 'session.close' }): void => {
    if (actor.getSnapshot().status === 'active') actor.send(event);
  };

  actor.start();
  return {
    ready: ready.promise,
    get scope() {
      return target?.scope ?? null;
    },
    get environmentId() {
      return target?.environmentId ?? null;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    view: () => transcript.view,
    async send(text, sendOptions = {}) {
      const id = sendOptions.clientMessageId ?? crypto.randomUUID();
      const heard = (answer: Frame) => {
        if (readAccepted(answer, id).disposition === 'started') transcript = withStarted(transcript, id);
      };
      return readAccepted(
        await giveWhenReady((scope) => commands.send(scope, text, id, sendOptions), heard),
        id,
      );
    },
    answer: async (requestId, answer) =>
      readAnswered(await giveWhenReady((scope) => commands.answer(scope, requestId, answer))),
    abort: async () =>
      readAborted(await giveWhenReady((scope) => commands.abort(scope, turnOf(transcript.view)))),
    removeQueued: async (itemId) =>
      readOutcome(await giveWhenReady((scope) => commands.removeQueued(scope, itemId))),
    withdraw: async (id) => readWithdrawn(await giveWhenReady((scope) => commands.withdraw(scope, id))),
    resumeQueue: async () => readOutcome(await giveWhenReady(commands.resumeQueue)),
    sync: async () => readOutcome(await giveWhenReady(commands.sync)),
    setMode: async (mode) => readOutcome(await giveWhenReady((scope) => commands.change(scope, { mode }))),
    setCwd: async (cwd) => readOutcome(await giveWhenReady((scope) => commands.change(scope, { cwd }))),
    probe: () => tellActor({ type: 'link.probe' }),
    close: () => tellActor({ type: 'session.close' }),
  };
}

/** The turn that the host says it runs; an abort that names it can never hit a later one. */
function turnOf(view: View): string | null {
  const turnId = view.loopStatus?.turn_id;
  return typeof turnId === 'string' ? turnId : null;
}

/** A listener that throws is a bug of its owner; it must not stop the session. */
function tell(listener: (update: Update) => void, update: Update): void {
  try {
    listener(update);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}

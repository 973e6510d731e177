import { expect, test } from 'vitest';
import { createActor, fromCallback, fromPromise } from 'xstate';
import type {
  ClientSocketInput,
  Frame,
  Resolved,
  ResolveInput,
  SocketCommand,
  SocketEvent,
} from '../../machines/ports.ts';
import { type SessionEmitted, sessionMachine } from '../../machines/session.ts';
import { VirtualClock } from '../support/virtual-clock.ts';

interface FakeSocket {
  /** When it was opened, in milliseconds of the clock. */
  at: number;
  say(event: SocketEvent): void;
  sent: Frame[];
  closed: boolean;
}

const resolved: Resolved = {
  ok: true,
  environmentId: 'env-1',
  scope: { agentId: 'agent-1', conversationId: 'default' },
};

/** A session over sockets that do nothing by themselves. */
async function startSession() {
  const clock = new VirtualClock();
  const sockets: FakeSocket[] = [];
  const emitted: SessionEmitted[] = [];
  const actor = createActor(
    sessionMachine.provide({
      actors: {
        resolveTarget: fromPromise<Resolved, ResolveInput>(async () => resolved),
        clientSocket: fromCallback<SocketCommand, ClientSocketInput>(({ sendBack, receive }) => {
          const socket: FakeSocket = { at: clock.now, say: sendBack, sent: [], closed: false };
          sockets.push(socket);
          receive(({ frame }) => socket.sent.push(frame));
          return () => {
            socket.closed = true;
          };
        }),
      },
    }),
    { input: { target: { environment: null, agent: null, conversation: null }, seed: 7 }, clock },
  );
  actor.on('*', (event) => emitted.push(event));
  actor.start();
  const last = () => sockets.at(-1) as FakeSocket;
  const settle = () => new Promise<void>((resolve) => setImmediate(resolve));
  await settle();
  return {
    actor,
    clock,
    sockets,
    emitted,
    last,
    settle,
    goLive() {
      last().say({ type: 'socket.opened' });
      last().say({ type: 'socket.frame', frame: { type: 'resumed', request_id: 'resume', result: 'ok' } });
    },
    frame: (frame: Frame) => last().say({ type: 'socket.frame', frame }),
    drop: () => last().say({ type: 'socket.closed', code: 1006, reason: '' }),
    /** Lets time pass until the next socket is opened; how long that was. */
    async untilNextSocket(): Promise<number> {
      const from = clock.now;
      for (const count = sockets.length; sockets.length === count; await settle()) clock.advance(100);
      return last().at - from;
    },
    pings: () => last().sent.filter(({ type }) => type === 'ping').length,
    isLive: () => actor.getSnapshot().hasTag('live'),
  };
}

test('SESS-9 it comes back after 1 s, then in growing steps up to 30 s', async () => {
  const session = await startSession();
  session.goLive();
  const waits: number[] = [];
  for (let attempt = 1; attempt <= 8; attempt += 1) {
    session.drop();
    waits.push(await session.untilNextSocket());
  }
  for (const wait of waits) expect(wait).toBeGreaterThanOrEqual(1_000);
  for (const wait of waits) expect(wait).toBeLessThanOrEqual(30_000);
  expect(waits[0]).toBeLessThan(2_000);
  expect(waits.at(-1)).toBeGreaterThanOrEqual(20_000);
  expect(waits.slice(0, 6)).toEqual([...waits.slice(0, 6)].sort((a, b) => a - b));
});

test('D4 a hub that accepts and drops at once is asked ever more rarely', async () => {
  const session = await startSession();
  const waits: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    session.goLive();
    session.drop();
    waits.push(await session.untilNextSocket());
  }
  expect(waits).toEqual([...waits].sort((a, b) => a - b));
  expect(waits[3]).toBeGreaterThan(4 * (waits[0] ?? 0));
});

test('SESS-9 ten quiet seconds make the next wait short again', async () => {
  const session = await startSession();
  for (let round = 0; round < 4; round += 1) {
    session.goLive();
    session.drop();
    await session.untilNextSocket();
  }
  session.goLive();
  session.clock.advance(10_000);
  session.drop();
  expect(await session.untilNextSocket()).toBeLessThan(2_000);
});

test('SESS-10 it pings every 30 s and gives a link up after three pings without any sign of life', async () => {
  const session = await startSession();
  session.goLive();
  session.clock.advance(90_000);
  expect(session.pings()).toBe(3);
  expect(session.isLive()).toBe(true);
  session.clock.advance(30_000);
  expect(session.isLive()).toBe(false);
  expect(session.last().closed).toBe(true);
});

test('SESS-10 anything that comes in is a sign of life', async () => {
  const session = await startSession();
  session.goLive();
  for (let i = 0; i < 6; i += 1) {
    session.clock.advance(60_000);
    session.frame(i % 2 ? { type: 'pong' } : { type: 'update_queue', cursor: `life.${i}` });
  }
  expect(session.isLive()).toBe(true);
  expect(session.sockets).toHaveLength(1);
});

test('SESS-11 a probe finds a dead link in ten seconds, and a frame that ends the doubt is passed on', async () => {
  const session = await startSession();
  session.goLive();
  session.actor.send({ type: 'link.probe' });
  expect(session.pings()).toBe(1);
  session.clock.advance(5_000);
  expect(session.pings()).toBe(2);
  session.frame({ type: 'update_queue', cursor: 'life.5' });
  expect(session.emitted.at(-1)).toMatchObject({ type: 'frame', frame: { cursor: 'life.5' } });
  session.clock.advance(10_000);
  expect(session.isLive()).toBe(true);
  session.actor.send({ type: 'link.probe' });
  session.clock.advance(10_000);
  expect(session.isLive()).toBe(false);
});

test('SESS-11 a probe ends the wait for the next attempt', async () => {
  const session = await startSession();
  session.goLive();
  session.drop();
  session.actor.send({ type: 'link.probe' });
  expect(session.sockets).toHaveLength(2);
  expect(session.last().at).toBe(session.clock.now);
});

test('SESS-12 a socket that does not open, or a hub that does not answer the resume, is left after 10 s', async () => {
  const session = await startSession();
  session.clock.advance(10_000);
  expect(session.last().closed).toBe(true);
  await session.untilNextSocket();
  session.last().say({ type: 'socket.opened' });
  session.clock.advance(10_000);
  expect(session.last().closed).toBe(true);
  await session.untilNextSocket();
  session.goLive();
  expect(session.isLive()).toBe(true);
});

test('SESS-4 over an outage a command is sent again, and once answered never more', async () => {
  const session = await startSession();
  session.actor.send({ type: 'command.given', requestId: 'c1', frame: { type: 'input', request_id: 'c1' } });
  const inputs = () => session.last().sent.filter(({ type }) => type === 'input').length;
  session.goLive();
  expect(inputs()).toBe(1);
  session.drop();
  await session.untilNextSocket();
  session.goLive();
  expect(inputs()).toBe(1);
  session.frame({ type: 'input_accepted', request_id: 'c1', accepted: true });
  expect(session.emitted.at(-1)).toMatchObject({ type: 'answered', requestId: 'c1' });
  session.drop();
  await session.untilNextSocket();
  session.goLive();
  expect(inputs()).toBe(0);
});

test('SESS-6 it resumes from the last event it received', async () => {
  const session = await startSession();
  session.goLive();
  session.frame({ type: 'snapshot', cursor: 'life.4' });
  session.frame({ type: 'update_queue', cursor: 'life.7' });
  session.drop();
  await session.untilNextSocket();
  session.goLive();
  expect(session.last().sent[0]).toMatchObject({ type: 'resume', cursor: 'life.7' });
});

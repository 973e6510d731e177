import { describe, expect, test } from 'vitest';
import { settle } from './house.ts';
import { openLink } from './link.ts';

describe('the connection of a host', () => {
  test('CONN-10 it registers, opens its socket with what the hub said, and tells when it is up', async () => {
    const link = await openLink();
    expect(link.registrations.map(({ input }) => input)).toEqual([{ registrations: 0 }]);
    expect(link.sockets.last().input).toEqual({ connectionId: 'conn-1', wsUrl: 'ws://hub', linked: true });
    link.ready(true);
    expect(link.emitted).toEqual([
      { type: 'connection.registered', connectionId: 'conn-1' },
      { type: 'connection.up', resumed: true },
    ]);
  });

  test('CONN-11 it pings every 30 s', async () => {
    const link = await openLink();
    link.ready();
    for (let n = 1; n <= 5; n += 1) {
      link.clock.advance(29_999);
      expect(link.pings()).toBe(n - 1);
      link.clock.advance(1);
      expect(link.pings()).toBe(n);
      link.heard();
    }
    expect(link.isOnline()).toBe(true);
  });

  test('CONN-12 three pings without any sign of life, and the link is given up at the next tick', async () => {
    const link = await openLink();
    link.ready();
    link.clock.advance(119_999);
    expect(link.isOnline()).toBe(true);
    link.clock.advance(1);
    expect(link.isOnline()).toBe(false);
    expect(link.sockets.last().stopped).toBe(true);
  });

  test('CONN-13 a probe finds a dead link in ten seconds, and leaves a living one alone', async () => {
    const link = await openLink();
    link.ready();
    link.actor.send({ type: 'link.probe' });
    expect(link.pings()).toBe(1);
    link.clock.advance(9_999);
    expect(link.pings()).toBe(2);
    link.heard();
    link.clock.advance(10_000);
    expect(link.isOnline()).toBe(true);
    link.actor.send({ type: 'link.probe' });
    link.clock.advance(10_000);
    expect(link.isOnline()).toBe(false);
  });

  test('CONN-14 after an outage it waits 1 s, then longer each time, never longer than 30 s', async () => {
    const link = await openLink();
    link.ready();
    link.clock.advance(10_000);
    const waits: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      await link.close();
      waits.push(await link.untilNextTry());
    }
    expect(waits[0]).toBeLessThanOrEqual(1_600);
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
    expect(waits.slice(0, 6)).toEqual(waits.slice(0, 6).sort((a, b) => a - b));
    expect(link.registrations).toHaveLength(1);
    const told = link.emitted.flatMap((event) =>
      event.type === 'connection.retrying' ? [[event.attempt, Math.ceil(event.delayMs / 100) * 100]] : [],
    );
    expect(told).toEqual(waits.map((wait, n) => [n + 1, wait]));
  });

  test('CONN-20 each wait is told with what was said of the loss before it', async () => {
    const link = await openLink();
    link.ready();
    for (const reason of ['the hub moves', '']) {
      await link.close(1006, reason);
      await link.untilNextTry();
    }
    link.clock.advance(30_000);
    const told = link.emitted.flatMap((event) =>
      event.type === 'connection.retrying' ? [event.reason] : [],
    );
    expect(told).toEqual(['the hub moves', '', 'the hub fell silent']);
  });

  test('D4 a hub that accepts and closes is asked ever more rarely; only 10 stable seconds start anew', async () => {
    const link = await openLink();
    const waits: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      link.ready();
      link.clock.advance(9_000);
      await link.close();
      waits.push(await link.untilNextTry());
    }
    expect(waits).toEqual([...waits].sort((a, b) => a - b));
    expect(waits[4]).toBeGreaterThan(8 * (waits[0] ?? 0));
    link.ready();
    link.clock.advance(10_000);
    await link.close();
    expect(await link.untilNextTry()).toBeLessThanOrEqual(1_600);
  });

  test('D4 a hub that registers and then does not know the connection is asked ever more rarely too', async () => {
    const link = await openLink();
    await link.close(1008, 'Unknown connection');
    expect(link.registrations).toHaveLength(2);
    const waits: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      await link.close(1008, 'Unknown connection');
      waits.push(await link.untilNextTry());
    }
    expect(waits[0]).toBeGreaterThanOrEqual(1_000);
    expect(waits[4]).toBeGreaterThan(8 * (waits[0] ?? 0));
  });

  test('CONN-3 1008 on a connection that was good registers again at once', async () => {
    const link = await openLink();
    link.ready();
    link.clock.advance(10_000);
    await link.close(1008, 'Environment was forgotten');
    expect(link.registrations).toHaveLength(2);
    expect(link.registrations[1]?.input).toEqual({ registrations: 1 });
    expect(link.sockets.last().input.connectionId).toBe('conn-2');
    expect(link.clock.now).toBe(10_000);
  });

  test('CONN-5 after 5 minutes without a connection it registers again', async () => {
    const link = await openLink();
    link.ready();
    link.clock.advance(10_000);
    await link.close();
    const from = link.clock.now;
    while (link.registrations.length === 1) {
      await link.untilNextTry();
      if (link.registrations.length === 1) await link.close();
    }
    expect(link.clock.now - from).toBeGreaterThanOrEqual(300_000);
    expect(link.clock.now - from).toBeLessThan(300_200);
    expect(link.sockets.alive()).toHaveLength(1);
  });

  test('CONN-5 a connection in between starts the 5 minutes anew', async () => {
    const link = await openLink();
    link.ready();
    for (let n = 0; n < 4; n += 1) {
      await link.close();
      const from = link.clock.now;
      while (link.clock.now - from < 200_000) {
        await link.untilNextTry();
        if (link.clock.now - from < 200_000) await link.close();
      }
      link.ready();
    }
    expect(link.registrations).toHaveLength(1);
  });

  test('CONN-2 superseded it is over: no further socket, no further registration', async () => {
    const link = await openLink();
    link.ready();
    await link.close(1000, 'Replaced by new connection');
    link.clock.advance(3_600_000);
    await settle();
    expect(link.types()).toEqual(['registered', 'up', 'down', 'superseded']);
    expect(link.sockets.alive()).toEqual([]);
    expect(link.actor.getSnapshot().status).toBe('done');
  });

  test('CONN-4 1000 with any other reason is an outage', async () => {
    const link = await openLink();
    link.ready();
    await link.close(1000, 'going away');
    await link.untilNextTry();
    expect(link.sockets.lives).toHaveLength(2);
    expect(link.sockets.last().input.connectionId).toBe('conn-1');
  });

  test('CONN-15 a socket that does not open within 30 s is given up and tried again', async () => {
    const link = await openLink();
    link.clock.advance(30_000);
    expect(link.sockets.last().stopped).toBe(true);
    await link.untilNextTry();
    expect(link.sockets.lives).toHaveLength(2);
    expect(link.sockets.alive()).toHaveLength(1);
  });

  test('CONN-6 a newcomer that is refused for good is told why and stops', async () => {
    const link = await openLink({
      registrar: () => ({ ok: false, permanent: true, message: 'token unknown', retryAfterMs: 0 }),
    });
    expect(link.emitted).toEqual([{ type: 'connection.refused', message: 'token unknown' }]);
    expect(link.actor.getSnapshot().status).toBe('done');
  });

  test('CONN-6 a host that was registered before goes on trying, whatever the hub answers', async () => {
    const link = await openLink({
      registrar: (nth) =>
        nth === 2
          ? { ok: false, permanent: true, message: 'no', retryAfterMs: 0 }
          : { ok: true, connectionId: `conn-${nth}`, wsUrl: 'ws://hub', linked: true },
    });
    link.ready();
    link.clock.advance(10_000);
    await link.close(1008, 'Unknown connection');
    expect(link.registrations).toHaveLength(2);
    await link.untilNextTry();
    expect(link.sockets.last().input.connectionId).toBe('conn-3');
  });

  test('CONN-16 a hub that names a time to wait is not asked before', async () => {
    const link = await openLink({
      registrar: (nth) =>
        nth === 1
          ? { ok: false, permanent: false, message: 'busy', retryAfterMs: 45_000 }
          : { ok: true, connectionId: 'conn-2', wsUrl: 'ws://hub', linked: true },
    });
    expect(await link.untilNextTry()).toBe(45_000);
    await link.close();
    expect(await link.untilNextTry()).toBeLessThan(5_000);
  });

  test('CONN-17 a probe ends a wait: somebody acts, or the network is back', async () => {
    const link = await openLink();
    link.ready();
    await link.close();
    link.actor.send({ type: 'link.probe' });
    expect(link.sockets.lives).toHaveLength(2);
    expect(link.clock.now).toBe(0);
  });

  test('CONN-18 closed by its owner it ends its socket and says that it is down', async () => {
    const link = await openLink();
    link.ready();
    link.actor.send({ type: 'connection.close' });
    expect(link.sockets.alive()).toEqual([]);
    expect(link.types()).toEqual(['registered', 'up', 'down']);
    expect(link.actor.getSnapshot().status).toBe('done');
  });
});

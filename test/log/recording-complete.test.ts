import { setImmediate as turn, setTimeout as wait } from 'node:timers/promises';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { LogLine } from '../../src/log/line.ts';
import { miniReplay } from './mini-replay.ts';
import { ok, provided, recorded, silentClock, type World } from './recorded-errand.ts';

const refused = {
  type: 'xstate.done.actor.store',
  output: { ok: false, reason: 'changed' },
  actorId: 'store',
};

describe('a recording is complete', () => {
  it('LOG-15 LOG-16 LOG-18 the same machine, given nothing but the lines, does the same again', {
    repeats: 9,
  }, async () => {
    const { log, actor, recorder } = recorded(provided(restlessWorld()));
    actor.on('errand.heard', ({ n }: { n: number }) => {
      if (n % 3 === 0) actor.send({ type: 'errand.noticed', n });
    });
    actor.start();
    for (let round = 0; round < 12; round++) {
      actor.send({ type: 'errand.start', what: `errand ${round}` });
      await wait(Math.random() * 12);
      if (Math.random() < 0.4) actor.send({ type: 'errand.cancel' });
      await turn();
    }
    const before = actor.getSnapshot();
    recorder.close();
    const { again, snapshot } = miniReplay(provided({}), log.lines());
    expect(again).toEqual(log.texts);
    expect(snapshot).toMatchObject({ status: before.status, value: before.value, context: before.context });
    expect(log.texts.length).toBeGreaterThan(12);
  });

  it('LOG-14 a segment in which the root opened again does so alone', { repeats: 9 }, async () => {
    const reopen = () => {
      const { value, context } = actor.getSnapshot();
      const { name, heard, ticks } = context;
      return value === 'idle' ? { input: { name, heard, ticks } } : undefined;
    };
    const { log, actor, recorder } = recorded(provided(restlessWorld()), { reopen });
    actor.start();
    for (let round = 0; round < 12; round++) {
      actor.send({ type: 'errand.start', what: `errand ${round}` });
      await wait(Math.random() * 12);
      log.roll();
    }
    await vi.waitFor(() => expect(actor.getSnapshot().value).toBe('idle'), { interval: 1 });
    log.roll();
    actor.send({ type: 'errand.start', what: 'last' });
    await vi.waitFor(() => expect(actor.getSnapshot().value).toBe('idle'), { interval: 1 });
    recorder.close();
    const openings = log.lines().flatMap(({ verb }, n) => (verb === 'open' ? [n] : []));
    expect(openings.length).toBeGreaterThan(1);
    for (const [n, from] of openings.entries()) {
      const part = log.lines().slice(from, openings[n + 1]);
      const { again } = miniReplay(
        provided({}),
        part.filter(({ verb }) => verb !== 'continues'),
      );
      expect(again.map(withoutReopened)).toEqual(
        log.texts
          .slice(from, openings[n + 1])
          .filter((text) => !text.includes('· continues'))
          .map(withoutReopened),
      );
    }
  });

  it('LOG-15 a changed line makes another run', async () => {
    const { log, actor, said } = recorded(provided({ store: ok }), { clock: silentClock });
    actor.start();
    actor.send({ type: 'errand.start', what: 'tea' });
    await vi.waitFor(() => expect(said()).toContain('run worker/bell bell'));
    const lines = log.lines();
    const changed = lines.map((line) =>
      line.json.from === 'store' ? { ...line, json: { ...line.json, event: refused } } : line,
    ) as LogLine[];
    expect(miniReplay(provided({}), lines).again).toEqual(log.texts);
    expect(() => miniReplay(provided({}), changed)).toThrow('missing');
  });
});

/** Effects that take their time, fail, and speak at once or late. */
function restlessWorld(): World {
  return {
    store: async () => {
      await wait(Math.random() * 9);
      if (Math.random() < 0.2) throw new RangeError('store broke');
      return { ok: Math.random() < 0.8, reason: 'not today' };
    },
    model: (say, heed) => {
      if (Math.random() < 0.3) say({ type: 'model.said', text: 'at once' });
      const saying = setInterval(() => say({ type: 'model.said', text: 'token' }), 1);
      const ending = setTimeout(() => say({ type: 'model.ended' }), Math.random() * 10);
      onTestFinished(() => {
        clearInterval(saying);
        clearTimeout(ending);
      });
      heed(() => {
        clearInterval(saying);
        if (Math.random() < 0.5) say({ type: 'model.said', text: 'wait' });
        queueMicrotask(() => say({ type: 'model.stopped' }));
      });
    },
    bell: (say) => {
      if (Math.random() < 0.5) say({ type: 'bell.ready' });
      const ringing = setTimeout(() => say({ type: 'bell.rang' }), Math.random() * 5);
      onTestFinished(() => clearTimeout(ringing));
    },
  };
}

function withoutReopened(text: string): string {
  return text.replace(',"reopened":true', '');
}

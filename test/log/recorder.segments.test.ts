import { describe, expect, it, vi } from 'vitest';
import { ok, provided, recorded } from './recorded-errand.ts';

describe('segments', () => {
  it('LOG-14 a busy root continues, and names the segment in which it opened', () => {
    const { log, actor } = recorded(provided({}), { reopen: () => undefined });
    actor.start();
    log.roll();
    log.roll();
    expect(
      log
        .lines()
        .slice(-2)
        .map(({ verb, json }) => [verb, json]),
    ).toEqual([
      ['continues', { root: 'errand:1', segment: 1 }],
      ['continues', { root: 'errand:1', segment: 1 }],
    ]);
  });

  it('LOG-14 without an input to open it with, a root continues', () => {
    const { log, actor, said } = recorded(provided({}));
    actor.start();
    log.roll();
    expect(said().at(-1)).toBe('continues errand:1 1');
  });

  it('LOG-14 a root at rest opens again with the input it names, and counts anew', async () => {
    const fresh = { input: { name: 'again' } };
    const { log, actor, said } = recorded(provided({}), { reopen: () => fresh });
    actor.start();
    actor.send({ type: 'errand.noticed', n: 1 });
    log.roll();
    expect(log.lines().at(-1)).toMatchObject({
      verb: 'open',
      json: { root: 'errand:1', machine: 'errand', input: { name: 'again' }, reopened: true },
    });
    actor.send({ type: 'errand.noticed', n: 2 });
    expect(log.lines().at(-1)?.json.n).toBe(0);
    log.roll();
    expect(said().at(-1)).toBe('open errand:1 errand');
    actor.send({ type: 'errand.quit' });
    log.roll();
    expect(said().at(-1)).toBe('ended errand:1 done');
  });

  it('LOG-14 it opens with the effects that run and the timers that are set', async () => {
    const fires: (() => void)[] = [];
    const clock = { setTimeout: (fn: () => void) => fires.push(fn) - 1, clearTimeout: () => {} };
    const { log, actor, said } = recorded(provided({ store: ok }), { clock, reopen: () => ({}) });
    actor.start();
    actor.send({ type: 'errand.start', what: 'tea' });
    await vi.waitFor(() => expect(said()).toContain('run worker/bell bell'));
    const before = log.texts.length;
    log.roll();
    expect(said().slice(before)).toEqual(['open errand:1 errand', 'run model model', 'run worker/bell bell']);
    expect(log.lines()[before]?.json).not.toHaveProperty('input');
    // The limit of the fetch was the first timer; it is gone, so the worker's tick is the first now.
    fires[1]?.();
    expect(log.lines().at(-1)).toMatchObject({ verb: 'timer', json: { n: 0, ms: 2 } });
  });

  it('LOG-14 in the middle of a step it is not asked', () => {
    const reopen = vi.fn(() => ({}));
    const { log, actor, said } = recorded(provided({ store: () => Promise.reject(new Error('no')) }), {
      reopen,
    });
    actor.on('errand.failed', () => log.roll());
    actor.start();
    actor.send({ type: 'errand.start', what: 'tea' });
    return vi.waitFor(() => {
      expect(said().at(-1)).toBe('continues errand:1 1');
      expect(reopen).not.toHaveBeenCalled();
    });
  });
});

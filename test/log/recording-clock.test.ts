import { describe, expect, it } from 'vitest';
import { type Clock, RecordingClock } from '../../src/log/recording-clock.ts';

/** Fires by hand, in any order. */
function handClock() {
  const armed = new Map<number, { fn: () => void; ms: number }>();
  let next = 0;
  const clock: Clock = {
    setTimeout: (fn, ms) => {
      armed.set(next, { fn, ms });
      return next++;
    },
    clearTimeout: (id) => void armed.delete(id as number),
  };
  const fire = (id: number) => {
    const timer = armed.get(id);
    armed.delete(id);
    timer?.fn();
  };
  return { clock, armed, fire };
}

function recording() {
  const hand = handClock();
  const told: string[] = [];
  const clock = new RecordingClock((n, ms) => told.push(`#${n} after ${ms}`), hand.clock);
  return { ...hand, told, clock };
}

describe('RecordingClock', () => {
  it('LOG-16 tells which timer fired, by the order in which they were set, before the timer does its work', () => {
    const { clock, fire, told } = recording();
    clock.setTimeout(() => told.push('a'), 10);
    clock.setTimeout(() => told.push('b'), 5);
    fire(1);
    fire(0);
    expect(told).toEqual(['#1 after 5', 'b', '#0 after 10', 'a']);
  });

  it('LOG-16 a timer that is cleared keeps its number', () => {
    const { clock, armed, fire, told } = recording();
    clock.clearTimeout(clock.setTimeout(() => told.push('a'), 10));
    clock.setTimeout(() => told.push('b'), 20);
    expect([...armed.keys()]).toEqual([1]);
    fire(1);
    expect(told).toEqual(['#1 after 20', 'b']);
  });

  it('LOG-16 a delay of 30 days lasts 30 days, and fires once', () => {
    const { clock, armed, fire, told } = recording();
    const days = 30 * 24 * 3_600_000;
    const timer = clock.setTimeout(() => told.push('a'), days);
    expect(armed.get(0)?.ms).toBe(2 ** 31 - 1);
    fire(0);
    expect(told).toEqual([]);
    expect(armed.get(1)?.ms).toBe(days - (2 ** 31 - 1));
    fire(1);
    expect(told).toEqual([`#0 after ${days}`, 'a']);
    clock.clearTimeout(timer);
    expect(armed.size).toBe(0);
  });

  it('LOG-16 a long delay can be cleared half way', () => {
    const { clock, armed, fire } = recording();
    const timer = clock.setTimeout(() => {}, 2 ** 32);
    fire(0);
    clock.clearTimeout(timer);
    expect(armed.size).toBe(0);
  });

  it('LOG-14 numbers begin again with those that are set', () => {
    const { clock, fire, told } = recording();
    clock.setTimeout(() => {}, 1);
    clock.setTimeout(() => {}, 2);
    clock.setTimeout(() => {}, 3);
    fire(1);
    clock.renumber();
    clock.setTimeout(() => {}, 4);
    for (const id of [0, 2, 3]) fire(id);
    expect(told).toEqual(['#1 after 2', '#0 after 1', '#1 after 3', '#2 after 4']);
  });

  it('LOG-16 runs on the timers of the platform', async () => {
    const fired = await new Promise<number>((resolve) => {
      const clock = new RecordingClock(resolve);
      clock.clearTimeout(clock.setTimeout(() => {}, 1));
      clock.setTimeout(() => {}, 1);
    });
    expect(fired).toBe(1);
  });
});

import { expect, it } from 'vitest';
import { VirtualClock } from '../../../src/replay/scenario/virtual-clock.ts';

it('fires from deadline to deadline, also what a timer sets, and equal ones in the order they were set', () => {
  const clock = new VirtualClock(100);
  const fired: [string, number][] = [];
  const note = (name: string) => () => void fired.push([name, clock.now]);
  clock.setTimeout(note('b'), 20);
  clock.setTimeout(note('c'), 20);
  clock.setTimeout(() => {
    note('a')();
    clock.setTimeout(note('of a'), 5);
  }, 10);
  clock.clearTimeout(clock.setTimeout(note('never'), 1));
  clock.setTimeout(note('later'), 1_000);
  let rests = 0;
  clock.advanceTo(200, () => {
    rests += 1;
  });
  expect(fired).toEqual([
    ['a', 110],
    ['of a', 115],
    ['b', 120],
    ['c', 120],
  ]);
  expect(rests).toBe(4);
  expect(clock.now).toBe(200);
});

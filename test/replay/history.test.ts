import { expect, test } from 'vitest';
import { History } from '../../src/replay/history.ts';

test('REPLAY-12 of a long history each place is found as it was, in any order', () => {
  const history = new History<number>();
  const places: number[][] = [[]];
  const alive = new Map<string, number>();
  for (let index = 0; index < 3_000; index += 1) {
    const key = `actor ${index % 7}`;
    if (index % 5 === 0) {
      history.set(index, key, undefined);
      alive.delete(key);
    } else {
      history.set(index, key, index);
      alive.set(key, index);
    }
    places.push([...alive.values()]);
  }
  for (const index of [2_999, 1, 511, 512, 513, 1_024, 2_048, 0, 3_000, 1_777])
    expect(history.before(index)).toEqual(places[index]);
});

import { expect, test } from 'vitest';
import { inTurn } from './in-turn.ts';

test('blocks take turns, and what warms up does not count', async () => {
  const calls: string[] = [];
  let count = 0;
  const measure = (name: string) => async () => {
    calls.push(name);
    count += 1;
    return count;
  };
  const values = await inTurn({ a: measure('a'), b: measure('b') }, { blocks: 2, inBlock: 2, warmUp: 1 });
  expect(calls.join('')).toBe('abaabbaabb');
  expect(values).toEqual({ a: [3, 4, 7, 8], b: [5, 6, 9, 10] });
});

test('one that fails ends the measurement', async () => {
  const fails = async (): Promise<number> => {
    throw new Error('broken');
  };
  await expect(inTurn({ fails }, { blocks: 1, inBlock: 1, warmUp: 0 })).rejects.toThrow('broken');
});

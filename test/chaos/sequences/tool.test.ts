import { expect, test } from 'vitest';
import { inCi, LIMIT } from './in-ci.ts';
import { sweep } from './sweep.ts';
import { tool } from './tool.ts';

test(
  'G-4 G-6 G-8 tool running, host dies, the model goes on: the tool ran once, or nobody knows',
  LIMIT,
  async () => {
    const { faults, struck, missed } = await sweep(tool, inCi(6));
    expect(faults).toEqual([]);
    expect(struck).toBeGreaterThan(missed);
  },
);

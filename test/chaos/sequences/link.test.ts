import { expect, test } from 'vitest';
import { inCi, LIMIT } from './in-ci.ts';
import { clientLink, hostLink } from './link.ts';
import { sweep } from './sweep.ts';

test(
  'G-10 link of the host lost while streaming: a client that is not ours is told each word once',
  LIMIT,
  async () => {
    const { faults, struck, missed } = await sweep(hostLink, inCi(5));
    expect(faults).toEqual([]);
    expect(struck).toBeGreaterThan(missed);
  },
);

test(
  'G-10 G-11 link of clients lost while streaming: ours and others are told what they missed',
  LIMIT,
  async () => {
    const { faults, struck, missed } = await sweep(clientLink, inCi(5));
    expect(faults).toEqual([]);
    expect(struck).toBeGreaterThan(missed);
  },
);

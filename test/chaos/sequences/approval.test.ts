import { expect, test } from 'vitest';
import { approvalHost, approvalHub } from './approval.ts';
import { inCi, LIMIT } from './in-ci.ts';
import { sweep } from './sweep.ts';

test(
  'G-7 approval shown, hub dies, somebody else answers: it is decided once, as answered',
  LIMIT,
  async () => {
    const { faults, struck, missed } = await sweep(approvalHub, inCi(4));
    expect(faults).toEqual([]);
    expect(struck).toBeGreaterThan(missed);
  },
);

test(
  'G-7 approval shown, hub dies, somebody else answers, host dies: it is decided once, as answered',
  LIMIT,
  async () => {
    const { faults, struck, missed } = await sweep(approvalHost, inCi(5));
    expect(faults).toEqual([]);
    expect(struck).toBeGreaterThan(missed);
  },
);

import { expect, test, vi } from 'vitest';
import {
  ANSWER_WITHIN_MS,
  MAX_WAITING_PER_ASKER,
  Pending,
  type Waiting,
} from '../../../src/hub/relay/pending.ts';

const person = { tokenId: 't', name: 'Ada', right: 'owner' as const };
const asker = () => ({ person, answer: vi.fn(), follow: vi.fn() });
const waiting = (fields: Partial<Waiting> = {}): Waiting => ({
  ...{ asker: null, frame: { type: 'sync' }, holdable: null, heldId: null, sentAt: 0 },
  ...fields,
});

test('HUB-19 an answer finds its command once, and only in the life of the hub that asked', () => {
  const [one, two] = [new Pending('aaaa'), new Pending('bbbb')];
  const command = waiting();
  const id = one.add(command);
  expect(two.take(two.add(waiting()), true)).not.toBe(command);
  expect(two.take(id, true)).toBeNull();
  expect(one.take(id, false)).toBe(command);
  expect(one.take(id, true)).toBe(command);
  expect(one.take(id, true)).toBeNull();
  expect([Pending.isOurs(id), Pending.isOurs('r1'), Pending.isOurs(undefined)]).toEqual([true, false, false]);
});

test('HUB-25 an asker may wait for so many answers; each answer makes room', () => {
  const pending = new Pending('life');
  const [ada, bob] = [asker(), asker()];
  const ids = Array.from({ length: MAX_WAITING_PER_ASKER }, () => pending.add(waiting({ asker: ada })));
  expect([pending.isFull(ada), pending.isFull(bob)]).toEqual([true, false]);
  pending.take(ids[0], true);
  expect(pending.isFull(ada)).toBe(false);
  expect(pending.drain()).toHaveLength(MAX_WAITING_PER_ASKER - 1);
  expect(pending.isFull(ada)).toBe(false);
});

test('HUB-24 a clock that was set back makes nobody wait longer than once again', () => {
  const pending = new Pending('life');
  const hour = 3_600_000;
  const [first, second] = [waiting({ sentAt: hour }), waiting({ sentAt: 10 })];
  pending.add(first);
  pending.add(second);
  expect(pending.overdue(20)).toEqual([]);
  expect(pending.overdue(20 + ANSWER_WITHIN_MS)).toEqual([first, second]);
});

test('HUB-24 what waited too long is found, oldest first', () => {
  const pending = new Pending('life');
  const [old, young] = [waiting({ heldId: 1 }), waiting({ heldId: 2, sentAt: 5_000 })];
  pending.add(old);
  pending.add(young);
  expect(pending.overdue(ANSWER_WITHIN_MS - 1)).toEqual([]);
  expect(pending.carries(1)).toBe(true);
  expect(pending.overdue(ANSWER_WITHIN_MS)).toEqual([old]);
  expect([pending.carries(1), pending.carries(2)]).toEqual([false, true]);
});

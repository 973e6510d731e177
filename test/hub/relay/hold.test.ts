import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { hold } from '../../../src/hub/relay/hold.ts';
import { holdableOf } from '../../../src/hub/relay/stamp.ts';
import { createFakeLive, type FakeLive, input } from './fake-live.ts';

let fake: FakeLive;
beforeEach(() => {
  fake = createFakeLive();
});
afterEach(() => fake.close());

const person = { tokenId: 't', name: 'Ada', right: 'owner' as const };
function waiting(text: string) {
  const asker = { person, answer: vi.fn(), follow: vi.fn() };
  const frame = input(text);
  return { asker, frame, holdable: holdableOf(frame, fake.context.now()), heldId: null, sentAt: 0 };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

describe('a disk that is full', () => {
  test('BAG-14 refuses an input with the reason, and takes the next one when it has room', async () => {
    fake.disk.isFull = true;
    const one = waiting('one');
    await hold(fake.context, fake.live, [one], false);
    expect(one.asker.answer).toHaveBeenCalledWith(
      expect.objectContaining({ type: 'input_accepted', accepted: false, error: 'the disk is full' }),
    );
    expect(fake.told).toEqual([]);
    fake.disk.isFull = false;
    const two = waiting('two');
    await hold(fake.context, fake.live, [two], false);
    expect(two.asker.answer).toHaveBeenCalledWith(expect.objectContaining({ accepted: true }));
    expect(fake.context.bag.count('env-1')).toBe(1);
  });

  test('BAG-14 keeps what is held: it is handed over when the disk takes notes again', async () => {
    await hold(fake.context, fake.live, [waiting('one')], false);
    fake.disk.isFull = true;
    fake.live.host = fake.host;
    fake.live.delivery.pump();
    await settled();
    expect(fake.sent).toEqual([]);
    expect(fake.logged).toMatchObject([{ verb: 'bag_stuck', json: { environment: 'env-1' } }]);
    fake.disk.isFull = false;
    fake.live.delivery.pump();
    await vi.waitFor(() => expect(fake.sent).toHaveLength(1));
  });
});

test('BAG-1 the sender is told after the disk, everybody before him', async () => {
  const one = waiting('one');
  const order: string[] = [];
  const { publishHeld } = fake.live;
  fake.live.publishHeld = (...args) => {
    order.push('published');
    publishHeld(...args);
  };
  one.asker.answer.mockImplementation(() => {
    order.push(fake.context.db.synced >= fake.context.db.committed ? 'answered' : 'answered too early');
  });
  await hold(fake.context, fake.live, [one], false);
  expect(order).toEqual(['published', 'answered']);
});

test('BAG-1 what was sent without a request_id is held without a word', async () => {
  const one = waiting('one');
  const { request_id, ...frame } = one.frame;
  await hold(fake.context, fake.live, [{ ...one, frame }], false);
  expect(one.asker.answer).not.toHaveBeenCalled();
  expect(fake.told).toMatchObject([{ type: 'input_held', id: 'one' }]);
});

import { beforeEach, expect, test, vi } from 'vitest';
import { createEndWatch } from '../../../src/cli/send/end-watch.ts';
import { emptyView, type Outcome, type Session, type View } from '../../../src/client/index.ts';

const user = {
  kind: 'user',
  key: 'user:cm',
  turnId: null,
  clientMessageId: 'cm',
  text: 'hi',
  by: null,
} as const;
const view: View = { ...emptyView, link: 'live', entries: [user] };
const snapshot = { type: 'snapshot' };
const again = vi.fn();
let answers: ((outcome: Outcome) => void)[];
let watch: ReturnType<typeof createEndWatch>;

beforeEach(() => {
  again.mockReset();
  answers = [];
  const sync = () => new Promise<Outcome>((resolve) => answers.push(resolve));
  watch = createEndWatch({ sync } as Session, 'cm', again);
});
const answer = async (ok: boolean) => {
  answers.pop()?.({ ok, error: null, code: null });
  await Promise.resolve();
};

test('CLI-10 that an end was missed is believed when the host says that it is idle, not before', async () => {
  expect(watch({ view, frame: snapshot })).toEqual({ state: 'waiting' });
  expect(watch({ view, frame: null })).toEqual({ state: 'waiting' });
  expect(answers).toHaveLength(1);
  await answer(true);
  expect(again).toHaveBeenCalledOnce();
  expect(watch({ view, frame: null })).toEqual({ state: 'missed' });
});

test('CLI-10 a host that is away is asked again when something changes, and after every gap', async () => {
  watch({ view, frame: snapshot });
  await answer(false);
  expect(again).not.toHaveBeenCalled();
  expect(watch({ view, frame: { type: 'environment_status' } })).toEqual({ state: 'waiting' });
  await answer(true);
  expect(watch({ view, frame: snapshot })).toEqual({ state: 'waiting' });
  expect(answers).toHaveLength(1);
});

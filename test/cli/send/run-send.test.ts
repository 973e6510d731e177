import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { exitCodes } from '../../../src/cli/exit-codes.ts';
import { runSend } from '../../../src/cli/send/run-send.ts';
import { type Accepted, type Client, emptyView, type Session } from '../../../src/client/index.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<never>(() => {});
const accepted: Accepted = {
  ...{ ok: true, error: null, code: null },
  ...{ clientMessageId: 'cm', disposition: 'started', held: null },
};

/** Sends with a limit of 5 seconds over a session that stops at some point. */
function send(session: Partial<Session>) {
  return runSend({
    client: {} as Client,
    session: {
      ready: Promise.resolve(),
      subscribe: () => () => undefined,
      view: () => ({ ...emptyView, link: 'live' }),
      send: () => Promise.resolve(accepted),
      ...session,
    } as Session,
    text: 'hi',
    policy: 'none',
    hasTerminal: false,
    timeout: 5,
    output: { update() {}, say() {}, hold() {} },
  });
}

test.each([
  ['no connection', { ready: never }, /no connection.* after 5 s; the message was not sent/],
  ['no answer to the message', { send: () => never }, /not accepted after 5 s; it may still arrive/],
  ['no end', {}, /not finished after 5 s; the turn goes on/],
])(
  'CLI-17 the time limit counts from the start and says what was waited for: %s',
  async (_, session, why) => {
    const sent = send(session);
    await vi.advanceTimersByTimeAsync(4_999);
    const isOver = vi.fn();
    void sent.then(isOver);
    await vi.advanceTimersByTimeAsync(0);
    expect(isOver).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(await sent).toMatchObject({ exitCode: exitCodes.timeout, why: expect.stringMatching(why) });
  },
);

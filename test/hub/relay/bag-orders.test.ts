import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { accept, FakeHost } from './fake-host.ts';
import type { Frame } from './frames.ts';
import { runtime, TestClient } from './test-client.ts';
import { startTestHub, type TestHub } from './test-hub.ts';

let hub: TestHub;
beforeAll(async () => {
  hub = await startTestHub();
});
afterAll(() => hub.close());

/** What a host of ours keeps: each input once for good, and what was taken back before or after it came. */
class Ledger {
  isMute = false;
  readonly taken: string[] = [];
  readonly withdrawn = new Set<string>();

  readonly reply = (frame: Frame): Frame | null => {
    const answer = this.#answer(frame);
    return this.isMute ? null : answer;
  };

  #answer(frame: Frame): Frame {
    if (frame.type === 'withdraw_input') {
      this.withdrawn.add(String(frame.client_message_id));
      return accept(frame);
    }
    if (frame.type !== 'input') return accept(frame);
    const { messages } = frame.payload as { messages: { client_message_id: string }[] };
    const id = String(messages[0]?.client_message_id);
    if (this.taken.includes(id)) return accept(frame);
    if (this.withdrawn.has(id)) return { ...accept(frame), accepted: false, error: 'withdrawn' };
    this.taken.push(id);
    return accept(frame);
  }
}

type Step = { do: 'say' | 'withdraw'; id: number } | { do: 'cut' | 'connect' | 'mute' | 'speak' | 'settle' };
const id = fc.integer({ min: 0, max: 5 });
const step: fc.Arbitrary<Step> = fc.oneof(
  { arbitrary: fc.record({ do: fc.constant('say' as const), id }), weight: 5 },
  { arbitrary: fc.record({ do: fc.constant('withdraw' as const), id }), weight: 3 },
  { arbitrary: fc.record({ do: fc.constantFrom('cut', 'connect', 'mute', 'speak', 'settle') }), weight: 5 },
);

let devices = 0;

/** Plays the steps without waiting for answers, then lets everything come to rest, and tells what came of it. */
async function play(steps: Step[]) {
  devices += 1;
  const ledger = new Ledger();
  const deviceId = `device-${devices}`;
  const conversation = `conv-${devices}`;
  const host = await new FakeHost(hub, { name: deviceId, deviceId, reply: ledger.reply }).connect();
  const client = await TestClient.open(hub, host.environmentId);
  await client.resume(conversation);
  let isConnected = true;
  const said: { text: string; answer: Promise<Frame> }[] = [];
  const withdrawals: { text: string; answer: Promise<Frame> }[] = [];
  for (const [index, now] of steps.entries()) {
    if (now.do === 'say') {
      const text = `m${now.id}`;
      const messages = [{ role: 'user', content: text, client_message_id: text }];
      const payload = { kind: 'create_message', messages };
      const answer = client.ask({ type: 'input', runtime: runtime(conversation), payload }, `s${index}`);
      said.push({ text, answer });
    } else if (now.do === 'withdraw')
      withdrawals.push({ text: `m${now.id}`, answer: client.withdraw(`m${now.id}`, conversation) });
    else if (now.do === 'cut' && isConnected) {
      isConnected = false;
      await host.cut();
    } else if (now.do === 'connect' && !isConnected) {
      isConnected = true;
      await host.connect();
    } else if (now.do === 'mute') ledger.isMute = true;
    else if (now.do === 'speak') ledger.isMute = false;
    else if (now.do === 'settle')
      await client.ask({ type: 'resume', runtime: runtime(conversation) }, `x${index}`);
  }
  ledger.isMute = false;
  // What was swallowed while the host was mute is asked again over a new link.
  if (isConnected) await host.cut();
  await host.connect();
  const answers = await Promise.all(said.map(async ({ text, answer }) => ({ text, answer: await answer })));
  const wishes = await Promise.all(
    withdrawals.map(async ({ text, answer }) => ({ text, answer: await answer })),
  );
  await vi.waitFor(async () => {
    const shown = await (await hub.fetch(`/v1/environments/${host.environmentId}`)).json();
    expect(shown).toMatchObject({ held: 0 });
  });
  await client.close();
  await host.cut();
  return { ledger, answers, wishes, client };
}

test('BAG-13 in every order of sending, withdrawing, breaking and coming back each input ends once, in order', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 14 }), async (steps) => {
      const { ledger, answers, wishes, client } = await play(steps);
      const accepted = answers.filter(({ answer }) => answer.accepted).map(({ text }) => text);
      const gone = new Set([
        ...wishes.filter(({ answer }) => answer.status === 'withdrawn').map(({ text }) => text),
        ...client.frames.of('input_withdrawn').map(({ id }) => String(id)),
        ...ledger.withdrawn,
      ]);
      for (const text of accepted) if (!gone.has(text)) expect(ledger.taken).toContain(text);
      expect(new Set(ledger.taken).size).toBe(ledger.taken.length);
      const order = [...new Set(accepted)].filter((text) => ledger.taken.includes(text));
      expect(ledger.taken.filter((text) => order.includes(text))).toEqual(order);
      const finalByHub = wishes.filter(({ answer }) => answer.status === 'withdrawn');
      for (const { text } of finalByHub)
        expect(ledger.withdrawn.has(text) || !ledger.taken.includes(text)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

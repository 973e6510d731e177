import { describe, expect, test } from 'vitest';
import type { SampleEvent } from '../../../machines/ports.ts';
import { LiveRun } from '../../../src/hub/runs/live-run.ts';
import { SpokenStep } from '../../../src/hub/runs/spoken.ts';

const base = { turnId: 't1', runId: 'run-7', environment: null };
const whole = { calls: true, cut: false };

function speak(...events: SampleEvent[]) {
  let n = 0;
  const spoken = new SpokenStep(
    'run-7',
    () => String(++n),
    () => 1_000,
  );
  return { spoken, chunks: events.map((event) => spoken.take(event)) };
}

describe('what a model says', () => {
  test('that is nothing gives no chunk and no message', () => {
    const { spoken, chunks } = speak(
      { type: 'sample.text', text: '' },
      { type: 'sample.reasoning', text: '' },
      { type: 'sample.callArguments', index: 3, text: 'x' },
      { type: 'sample.callEnded', index: 3, providerId: 'p', name: 'x', arguments: '' },
    );
    expect(chunks).toEqual([null, null, null, null]);
    expect(spoken.messages(base, whole)).toEqual([]);
  });

  test('in hidden reasoning is kept for the provider and shown as redacted', () => {
    const { spoken, chunks } = speak({ type: 'sample.reasoning', text: '', metadata: { redacted: 'zz' } });
    expect(chunks).toEqual([null]);
    expect(spoken.messages(base, whole)).toMatchObject([
      {
        kind: 'hidden_reasoning_message',
        body: { state: 'redacted' },
        hidden: { metadata: { redacted: 'zz' } },
      },
    ]);
  });

  test('in two blocks of reasoning is two messages', () => {
    const { spoken } = speak(
      { type: 'sample.reasoning', text: 'a', metadata: { s: 1 } },
      { type: 'sample.reasoning', text: 'b' },
    );
    expect(spoken.messages(base, whole).map(({ body }) => body.reasoning)).toEqual(['a', 'b']);
  });

  test('after a call is a new message, and the calls come last', () => {
    const { spoken } = speak(
      { type: 'sample.text', text: 'a' },
      { type: 'sample.callStarted', index: 0, providerId: 'p', name: 'Bash' },
      { type: 'sample.callEnded', index: 0, providerId: 'p', name: 'Bash', arguments: '{}' },
      { type: 'sample.text', text: 'b' },
    );
    expect(spoken.messages(base, whole).map(({ kind, body }) => body.content ?? kind)).toEqual([
      'a',
      'b',
      'approval_request_message',
    ]);
  });

  test('as arguments is taken from the end of the call when the pieces were none, or not all', () => {
    const { spoken, chunks } = speak(
      { type: 'sample.callStarted', index: 0, providerId: 'p', name: 'A' },
      { type: 'sample.callArguments', index: 0, text: '{"a"' },
      { type: 'sample.callEnded', index: 0, providerId: 'p', name: 'A', arguments: '{"a":1}' },
      { type: 'sample.callStarted', index: 1, providerId: 'q', name: 'B' },
      { type: 'sample.callArguments', index: 1, text: '{ }' },
      { type: 'sample.callEnded', index: 1, providerId: 'q', name: 'B', arguments: '{}' },
    );
    expect(
      chunks.map((chunk) => (chunk as { tool_call?: { arguments: string } } | null)?.tool_call?.arguments),
    ).toEqual(['', '{"a"', ':1}', '', '{ }', undefined]);
    expect(spoken.messages(base, whole)[0]?.body).toMatchObject({
      tool_calls: [{ arguments: '{"a":1}' }, { arguments: '{}' }],
    });
    expect(spoken.openCalls('t1', 'env-1')).toEqual({
      runId: 'run-7',
      turnId: 't1',
      environment: 'env-1',
      calls: [
        { id: 'call-7-1', providerId: 'p', name: 'A' },
        { id: 'call-7-2', providerId: 'q', name: 'B' },
      ],
      cancelled: false,
    });
  });

  test('before it was cut keeps its text; its reasoning is marked, its calls are dropped', () => {
    const { spoken } = speak(
      { type: 'sample.reasoning', text: 'hm' },
      { type: 'sample.text', text: 'a' },
      { type: 'sample.callStarted', index: 0, providerId: 'p', name: 'A' },
    );
    expect(spoken.messages(base, { calls: false, cut: true })).toMatchObject([
      { kind: 'reasoning_message', hidden: { cut: true } },
      { kind: 'assistant_message', hidden: null },
    ]);
  });
});

describe('a run that is executed', () => {
  const chunk = (text: string) => ({
    id: 'm1',
    date: '2026-01-01T00:00:00.000Z',
    message_type: 'assistant_message' as const,
    content: text,
  });

  test('shows nothing before it is announced, then tells its readers once each time', () => {
    const live = new LiveRun('run-1', 'turn-1');
    const seen: number[] = [];
    live.onMore(() => seen.push(live.told));
    live.add(chunk('a'));
    live.add(chunk('b'));
    expect([live.told, live.over, seen]).toEqual([0, false, []]);
    live.announce();
    live.announce();
    live.add(chunk('c'));
    live.finish();
    expect([live.told, live.over, seen]).toEqual([3, true, [2, 3]]);
    expect(live.chunks.map(({ seq_id, run_id }) => [seq_id, run_id])).toEqual([
      [1, 'run-1'],
      [2, 'run-1'],
      [3, 'run-1'],
    ]);
    expect(live.texts.map((text) => JSON.parse(text))).toEqual(live.chunks);
  });

  test('forgets a reader who has gone, and can take back what nobody saw', () => {
    const live = new LiveRun('run-1', 'turn-1');
    let told = 0;
    const stop = live.onMore(() => {
      told += 1;
    });
    live.add(chunk('a'));
    live.announce();
    stop();
    live.add(chunk('b'));
    live.dropUntold();
    live.add(chunk('c'));
    live.finish();
    expect(told).toBe(1);
    expect(live.texts.map((text) => JSON.parse(text).content)).toEqual(['a', 'c']);
  });

  test('gives what the store lacks until it is told that the store has it', () => {
    const live = new LiveRun('run-1', 'turn-1');
    expect(live.batch()).toBeNull();
    live.add(chunk('a'));
    expect(live.batch()?.first).toBe(1);
    live.add(chunk('b'));
    const batch = live.batch();
    expect(batch?.texts.length).toBe(2);
    live.add(chunk('c'));
    batch?.written();
    expect(live.unwritten).toBe(1);
    expect(live.batch()).toMatchObject({ first: 3 });
  });
});

import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createLiveOutput, EVERY_MS } from '../../../actors/tools/live-output.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function watched() {
  const sent: string[] = [];
  let state = '';
  const live = createLiveOutput(
    () => state,
    (text) => sent.push(text),
  );
  return {
    sent,
    finish: live.finish,
    becomes(text: string) {
      state = text;
      live.changed();
    },
  };
}

test('TOOL-16 the first state is sent at once, later ones at most every 100 ms, the newest only', () => {
  const output = watched();
  output.becomes('1');
  expect(output.sent).toEqual(['1']);
  output.becomes('2');
  output.becomes('3');
  vi.advanceTimersByTime(EVERY_MS - 1);
  expect(output.sent).toEqual(['1']);
  vi.advanceTimersByTime(1);
  expect(output.sent).toEqual(['1', '3']);
  output.becomes('4');
  expect(output.sent).toEqual(['1', '3']);
  vi.advanceTimersByTime(EVERY_MS);
  expect(output.sent).toEqual(['1', '3', '4']);
});

test('TOOL-16 after a pause the next state is sent at once again', () => {
  const output = watched();
  output.becomes('1');
  vi.advanceTimersByTime(EVERY_MS);
  output.becomes('2');
  expect(output.sent).toEqual(['1', '2']);
});

test('TOOL-16 the last state always comes, once, and nothing after it', () => {
  const output = watched();
  output.becomes('1');
  output.becomes('2');
  output.finish();
  expect(output.sent).toEqual(['1', '2']);
  vi.advanceTimersByTime(10 * EVERY_MS);
  expect(output.sent).toEqual(['1', '2']);
  expect(vi.getTimerCount()).toBe(0);
});

test('without output nothing is sent', () => {
  const output = watched();
  output.finish();
  vi.advanceTimersByTime(10 * EVERY_MS);
  expect(output.sent).toEqual([]);
});

import { expect, test } from 'vitest';
import { FLOOD_BURST, FLOOD_PER_SECOND, Flood } from '../../../src/hub/relay/flood.ts';

const admitted = (flood: Flood, frames: number, at: number) =>
  Array.from({ length: frames }, () => flood.admits(at, 0)).filter(Boolean).length;

test('HUB-25 a burst is let in, then so many a second', () => {
  const flood = new Flood(0);
  expect(admitted(flood, FLOOD_BURST + 10, 0)).toBe(FLOOD_BURST);
  expect(admitted(flood, 1_000, 1_000)).toBe(FLOOD_PER_SECOND);
  expect(admitted(flood, 1_000, 1_500)).toBe(FLOOD_PER_SECOND / 2);
  expect(admitted(flood, 1_000, 1_000_000)).toBe(FLOOD_BURST);
});

test('HUB-25 few large frames are a flood too', () => {
  const flood = new Flood(0);
  const large = Array.from({ length: 10 }, () => flood.admits(0, 8 * 1024 * 1024)).filter(Boolean).length;
  expect(large).toBe(4);
});

test('HUB-25 a clock set back neither opens nor shuts the door', () => {
  const flood = new Flood(3_600_000);
  expect(admitted(flood, FLOOD_BURST, 3_600_000)).toBe(FLOOD_BURST);
  expect(admitted(flood, 10, 0)).toBe(0);
  expect(admitted(flood, 1_000, 1_000)).toBe(FLOOD_PER_SECOND);
});

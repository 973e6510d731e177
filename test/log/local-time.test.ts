import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalTime } from '../../src/log/local-time.ts';

const before = process.env.TZ;
beforeEach(() => {
  process.env.TZ = 'Europe/Berlin';
});
afterEach(() => {
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

describe('LocalTime', () => {
  it('LOG-2 the time of a line is local, with milliseconds', () => {
    let now = Date.parse('2026-11-22T13:17:03.221Z');
    const time = new LocalTime(() => now);
    expect(time.stamp()).toBe('14:17:03.221');
    expect([time.date, time.zone]).toEqual(['2026-11-22', '+01:00']);
    now += 7;
    expect(time.stamp()).toBe('14:17:03.228');
    now += 772;
    expect(time.stamp()).toBe('14:17:04.000');
  });

  it('LOG-24 a stamp knows its day and its offset', () => {
    let now = Date.parse('2026-10-24T21:59:59.999Z');
    const time = new LocalTime(() => now);
    expect([time.stamp(), time.date, time.zone]).toEqual(['23:59:59.999', '2026-10-24', '+02:00']);
    now += 1;
    expect([time.stamp(), time.date, time.zone]).toEqual(['00:00:00.000', '2026-10-25', '+02:00']);
    now = Date.parse('2026-10-25T01:00:00Z');
    expect([time.stamp(), time.date, time.zone]).toEqual(['02:00:00.000', '2026-10-25', '+01:00']);
  });

  it.each([
    ['America/St_Johns', '-03:30'],
    ['Asia/Kolkata', '+05:30'],
    ['UTC', '+00:00'],
  ])('LOG-24 the offset of %s', (zone, offset) => {
    process.env.TZ = zone;
    const time = new LocalTime(() => Date.parse('2026-01-15T12:00:00Z'));
    time.stamp();
    expect(time.zone).toBe(offset);
  });

  it('LOG-2 a clock that goes back is followed', () => {
    let now = Date.parse('2026-11-22T13:17:03.500Z');
    const time = new LocalTime(() => now);
    time.stamp();
    now -= 1_000;
    expect(time.stamp()).toBe('14:17:02.500');
  });
});

import { expect, it } from 'vitest';
import { walk } from '../../../src/cli/replay/walk-recording.ts';
import type { LogEntry } from '../../../src/log/reader.ts';
import { readText } from '../../../src/replay/read-text.ts';

const [entry] = readText('[12:00:00.000] · noted (lifecycle) {}\n', 'long.log');

/** A recording of so many lines, that tells how many of them were asked for. */
function longOf(lines: number) {
  const source = {
    name: 'long.log',
    asked: 0,
    async *entries(): AsyncGenerator<LogEntry> {
      for (; source.asked < lines && entry; source.asked += 1) yield entry;
    },
  };
  return source;
}

it.each([{ step: true }, { speed: '9x' }, { step: true, until: '3' }])(
  'REPLAY-21 %j refuses more lines than can be kept, and reads no more of them',
  async (given) => {
    const source = longOf(10_000_000);
    await expect(walk(source, given)).rejects.toThrow('long.log has more than 500,000 lines');
    expect(source.asked).toBeLessThan(500_010);
  },
);

it('REPLAY-21 --until alone reads no further than it needs', async () => {
  const source = longOf(10_000_000);
  expect(await walk(source, { until: '600', json: true })).toBe(0);
  expect(source.asked).toBeLessThan(610);
});

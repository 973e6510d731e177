import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import type { AnyStateMachine } from 'xstate';
import type { LogEntry } from '../../src/log/reader.ts';
import { segmentFile } from '../../src/log/session-files.ts';
import { openSessionLog, type SessionLog } from '../../src/log/session-log.ts';
import type { MachineTable } from '../../src/replay/machine-table.ts';
import { readRecording } from '../../src/replay/read-recording.ts';
import { SessionReplay } from '../../src/replay/session-replay.ts';
import { errand } from '../log/errand-machine.ts';
import type { MemoryLog } from '../log/memory-log.ts';
import { ok, provided, recorded, silentClock } from '../log/recorded-errand.ts';
import { tempDir } from '../log/temp-dir.ts';

const machines: MachineTable = new Map([['errand', errand as AnyStateMachine]]);

/**
 * A session of several segments with two roots: `errand:busy`, which is never at rest and so goes on over all of them,
 * and `errand:resting`, which opens again in each.
 */
async function session(): Promise<SessionLog> {
  const log = openSessionLog({
    dir: tempDir(),
    segmentBytes: 2_500,
    meta: { program: 'test', versions: {} },
  });
  onTestFinished(() => log.close());
  const shared = log as unknown as MemoryLog;
  const options = { clock: silentClock };
  let heard = (): string[] => [];
  const busy = recorded(provided({ store: ok }), { ...options, root: 'errand:busy' }, shared).actor;
  const resting = recorded(
    provided({ store: ok }),
    {
      ...options,
      root: 'errand:resting',
      reopen: () => ({ input: { name: 'one', heard: heard() } }),
    },
    shared,
  ).actor;
  heard = () => resting.getSnapshot().context.heard;
  busy.start();
  resting.start();
  busy.send({ type: 'errand.start', what: 'tea' });
  await vi.waitFor(() => expect(busy.getSnapshot().value).toBe('working'));
  for (let n = 0; log.segment < 4; n++) {
    busy.send({ type: 'errand.noticed', n });
    resting.send({ type: 'errand.noticed', n });
    log.flush();
  }
  busy.send({ type: 'errand.cancel' });
  resting.send({ type: 'errand.noticed', n: 99 });
  log.close();
  return log;
}

async function replay(file: string) {
  const replay = new SessionReplay({ machines });
  const entries: LogEntry[] = [];
  for await (const entry of readRecording(file)) {
    entries.push(entry);
    replay.push(entry);
  }
  return { entries, result: replay.result() };
}

it('REPLAY-8 the first segment stands for the whole session', async () => {
  const { path } = await session();
  const { entries, result } = await replay(path);
  expect(new Set(entries.map(({ file }) => file)).size).toBe(4);
  expect(result).toMatchObject({ ok: true, skipped: [] });
  expect(result.roots).toBe(5);
});

it('REPLAY-8 a later segment is replayed alone, but for roots that it goes on with', async () => {
  const log = await session();
  const third = segmentFile(dirname(log.path), log.session, 3);
  const { entries, result } = await replay(third);
  expect(result).toMatchObject({ ok: true, roots: 2, skipped: [] });
  const earlier = entries.filter((entry) => entry.file !== third);
  expect(earlier.length).toBeGreaterThan(5);
  expect(earlier.every((entry) => entry.ok && entry.json.root === 'errand:busy')).toBe(true);
  expect(entries.some(({ file }) => file.includes('.4.'))).toBe(false);
});

it('REPLAY-8 a root whose beginning is no longer kept is named', async () => {
  const log = await session();
  const third = segmentFile(dirname(log.path), log.session, 3);
  const alone = join(tempDir(), '2026-01-01T00-00-00-000Z.3.log');
  writeFileSync(alone, readFileSync(third));
  const { result } = await replay(alone);
  expect(result).toMatchObject({
    ok: true,
    roots: 1,
    skipped: [{ root: 'errand:busy', reason: 'it was opened before what was read' }],
  });
});

it('REPLAY-6 a segment that is missing is damage', async () => {
  const log = await session();
  rmSync(segmentFile(dirname(log.path), log.session, 2));
  const { result } = await replay(log.path);
  expect(result.damaged).toMatchObject({ line: 0, reason: 'segment 2 is missing' });
});

it('a file of any other name stands alone; one that is not there is an error', async () => {
  const log = await session();
  const copy = join(tempDir(), 'bug.log');
  writeFileSync(copy, readFileSync(log.path));
  const { result } = await replay(copy);
  expect(result).toMatchObject({ ok: true, roots: 2 });
  await expect(replay(join(tempDir(), 'none.log'))).rejects.toThrow('ENOENT');
});

import { basename, relative } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { logSource } from '../../../inspector/serve/log-source.ts';
import type { Piece } from '../../../inspector/serve/piece.ts';
import { segmentsOf } from '../../../src/log/list-sessions.ts';
import { openSessionLog } from '../../../src/log/session-log.ts';
import { tempDir } from '../../log/temp-dir.ts';

const meta = { program: 'signalbox server', versions: { signalbox: '0.1.0' } };

function sessionOf(segments: number) {
  const log = openSessionLog({ dir: tempDir(), meta, segmentBytes: 1_000 });
  onTestFinished(() => log.close());
  log.border('open', 'lifecycle', '{"root":"host","machine":"host"}');
  log.follow({
    rolled: () => log.lifecycle('continues', { root: 'host', segment: 1 }),
    closing: () => undefined,
  });
  while (log.segment < segments) {
    log.lifecycle('filler', { text: 'x'.repeat(200) });
    log.flush();
  }
  return log;
}

async function piecesUpToLook(file: string, mostBytes?: number): Promise<Piece[]> {
  const stop = new AbortController();
  const pieces: Piece[] = [];
  for await (const piece of logSource(file, mostBytes).pieces(stop.signal)) {
    pieces.push(piece);
    if ('lookedAt' in piece) stop.abort();
  }
  return pieces;
}

const filesOf = (pieces: Piece[]) => [
  ...new Set(pieces.flatMap((piece) => ('text' in piece ? basename(piece.file) : []))),
];

test('INSP-18 a session that runs is live, from the first line of its first segment', async () => {
  const log = sessionOf(3);
  expect(logSource(log.path)).toMatchObject({ title: basename(log.path), isLive: true });
  expect(logSource(relative(process.cwd(), log.path)).isLive).toBe(true);
  const pieces = await piecesUpToLook(log.path);
  expect(filesOf(pieces)).toEqual(['', '.2', '.3'].map((end) => `${log.session}${end}.log`));
});

test('INSP-19 of a long one only the last segments, and before them what their roots need', async () => {
  const log = sessionOf(6);
  const [fifth, sixth] = segmentsOf(log.path).slice(-2);
  const pieces = await piecesUpToLook(log.path, (fifth?.bytes ?? 0) + (sixth?.bytes ?? 0));
  const before = pieces.flatMap((piece) => ('entries' in piece ? piece.entries : []));
  expect(before.map((entry) => entry.ok && entry.verb)).toEqual(['open', ...Array(3).fill('continues')]);
  expect(new Set(before.map(({ file }) => file.includes('/')))).toEqual(new Set([false]));
  expect(filesOf(pieces)).toEqual(['.5', '.6'].map((end) => `${log.session}${end}.log`));
});

test('a session that has ended, and a segment of one, is a recording', async () => {
  const log = sessionOf(2);
  const second = log.path.replace('.log', '.2.log');
  expect(logSource(second)).toMatchObject({ title: basename(second), isLive: false });
  log.close();
  expect(logSource(log.path).isLive).toBe(false);
});

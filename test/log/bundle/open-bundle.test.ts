import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { isPacked, openBundle, readBundled } from '../../../src/log/bundle/open-bundle.ts';
import type { LogEntry } from '../../../src/log/reader.ts';
import { golden } from '../../replay/golden.ts';
import { tempDir } from '../temp-dir.ts';
import { bundleOf, opened, rawBundle } from './bundle-files.ts';

const log = golden('queue-merging');
const lines = log.split('\n').length - 1;
const file = (bytes: string | Buffer) => {
  const path = join(tempDir(), 'x.tgz');
  writeFileSync(path, bytes);
  return path;
};
const reasonOf = async (path: string) => {
  const read = await openBundle(path);
  return read.ok ? 'it opened' : read.reason;
};

async function linesOf(path: string): Promise<LogEntry[]> {
  const bundle = await opened(path);
  const [session] = bundle.manifest.sessions;
  const entries: LogEntry[] = [];
  if (session) for await (const entry of readBundled(bundle, session)) entries.push(entry);
  return entries;
}

describe('a bundle', () => {
  it('BUNDLE-1 gives back the lines of a session as its files would', async () => {
    const entries = await linesOf(await bundleOf({ 1: log, 2: log }));
    expect(entries).toHaveLength(2 * lines);
    expect(entries[0]).toMatchObject({ ok: true, file: 'logs/1-host/1.log', line: 1, verb: 'open' });
    expect(entries.at(-1)).toMatchObject({ ok: true, file: 'logs/1-host/2.log', line: lines });
  });

  it('BUNDLE-1 tells of a segment that is missing between, and of a line that is cut off', async () => {
    const entries = await linesOf(await bundleOf({ 2: log, 4: log.slice(0, -10) }));
    expect(entries.filter(({ ok }) => !ok)).toMatchObject([
      { reason: 'segment 3 is missing', line: 0 },
      { torn: true, line: lines },
    ]);
  });

  it('BUNDLE-6 is readable by its owner alone', async () => {
    expect(statSync(await bundleOf({ 1: log })).mode & 0o777).toBe(0o600);
  });

  it('BUNDLE-1 is told from a log by its first bytes', async () => {
    expect(await isPacked(await bundleOf({ 1: log }))).toBe(true);
    expect(await isPacked(file(log))).toBe(false);
    expect(await isPacked(file(''))).toBe(false);
    await expect(isPacked(join(tempDir(), 'nothing'))).rejects.toThrow('ENOENT');
  });
});

describe('damage', () => {
  it('BUNDLE-9 wherever it is cut off, it is refused and the place is named', async () => {
    const whole = readFileSync(await bundleOf({ 1: log }));
    for (let size = 20; size < whole.length; size += Math.ceil(whole.length / 40))
      expect(await reasonOf(file(whole.subarray(0, size)))).toMatch(
        /^it is cut off (at its beginning|in \S+, after \d+ of \d+ bytes|after \S+)$/,
      );
  });

  it('BUNDLE-9 whatever byte of its content is altered, it is refused', async () => {
    const whole = readFileSync(await bundleOf({ 1: log }));
    // The first ten bytes tell when and where it was packed, not what.
    for (let at = 10; at < whole.length; at += Math.ceil(whole.length / 60)) {
      const altered = Buffer.from(whole);
      altered[at] = (altered[at] ?? 0) ^ 0xff;
      expect(await reasonOf(file(altered)), `byte ${at}`).not.toBe('it opened');
    }
  });

  it('BUNDLE-9 a file that is not what was packed is named, also when the packing is sound', async () => {
    const manifest = JSON.stringify((await opened(await bundleOf({ 1: log, 2: log }))).manifest);
    const [one, two] = ['logs/1-host/1.log', 'logs/1-host/2.log'];
    const cases: [Record<string, string>, string][] = [
      [{ 'manifest.json': manifest, [one]: log, [two]: `${log} ` }, `${two} is not what was packed`],
      [
        { 'manifest.json': manifest, [one]: log.replace('a', 'b'), [two]: log },
        `${one} is not what was packed`,
      ],
      [{ 'manifest.json': manifest, [one]: log }, `${two} is missing`],
      [{ 'manifest.json': manifest, [two]: log }, `${two} stands where ${one} should be`],
      [
        { 'manifest.json': manifest, [one]: log, [two]: log, more: '' },
        'more stands where nothing should be',
      ],
      [{ [one]: log }, `it is no bundle: it begins with "${one}" and not with manifest.json`],
      [{ 'manifest.json': 'no' }, 'manifest.json is no JSON'],
      [{ 'manifest.json': '[]' }, 'manifest.json: '],
      [{ 'manifest.json': manifest.replaceAll('"bytes"', '"size"') }, 'manifest.json: files.0.bytes: '],
      [{ 'manifest.json': JSON.stringify({ ...JSON.parse(manifest), files: [] }) }, `${one} is missing`],
      [{}, 'it is packed by gzip, but no bundle. If it is a log, unpack it first'],
    ];
    for (const [files, reason] of cases) expect(await reasonOf(rawBundle(files))).toContain(reason);
  });

  it('BUNDLE-9 what is packed and no bundle says so', async () => {
    const reason = 'it is packed by gzip, but no bundle. If it is a log, unpack it first';
    for (const text of ['', 'hello', log]) expect(await reasonOf(file(gzipSync(text)))).toBe(reason);
  });

  it('BUNDLE-9 a later format is refused with both numbers', async () => {
    expect(await reasonOf(await bundleOf({ 1: log }, { format: 2 }))).toBe(
      'it is of bundle format 2; this version reads up to 1',
    );
  });
});

it('BUNDLE-10 what a later version tells besides is passed over', async () => {
  const told = { weather: 'fine', versions: { signalbox: '9.0.0', moon: 'full' } };
  const { manifest } = await opened(await bundleOf({ 1: log }, told));
  expect(manifest.versions.signalbox).toBe('9.0.0');
  expect(manifest).not.toHaveProperty('weather');
});

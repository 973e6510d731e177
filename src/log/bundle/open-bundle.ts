import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { LineReader, type LogEntry, missingSegment } from '../reader.ts';
import { BundleDamage, bundleContent } from './bundle-content.ts';
import { type BundledSession, type BundleFile, MANIFEST, type Manifest, readManifest } from './manifest.ts';

export interface Bundle {
  path: string;
  manifest: Manifest;
}

export type BundleOpened = { ok: true; bundle: Bundle } | { ok: false; reason: string };

/** No list of sessions comes near to it. In bytes. */
const LONGEST_MANIFEST = 16 * 1024 * 1024;

/** True when a file begins as anything that was packed by gzip. Rejects when it cannot be read. */
export async function isPacked(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    return bytesRead === 2 && buffer[0] === 0x1f && buffer[1] === 0x8b;
  } finally {
    await file.close();
  }
}

/** Reads a bundle once from its beginning to its end, and holds every file in it against its manifest. */
export async function openBundle(path: string): Promise<BundleOpened> {
  try {
    return { ok: true, bundle: { path, manifest: await checkedManifest(path) } };
  } catch (error) {
    if (error instanceof BundleDamage) return { ok: false, reason: error.message };
    throw error;
  }
}

async function checkedManifest(path: string): Promise<Manifest> {
  let manifest: Manifest | undefined;
  const head: Buffer[] = [];
  let hash = createHash('sha256');
  let files: BundleFile[] = [];
  for await (const { entry, bytes, isLast } of bundleContent(path)) {
    if (manifest === undefined) {
      if (entry.name !== MANIFEST || entry.size > LONGEST_MANIFEST)
        throw new BundleDamage(`it is no bundle: it begins with "${entry.name}" and not with ${MANIFEST}`);
      head.push(bytes);
      if (!isLast) continue;
      const read = readManifest(Buffer.concat(head).toString('utf8'));
      if (!read.ok) throw new BundleDamage(read.reason);
      manifest = read.manifest;
      files = [...manifest.files];
      continue;
    }
    hash.update(bytes);
    if (!isLast) continue;
    const expected = files.shift();
    if (expected?.name !== entry.name)
      throw new BundleDamage(`${entry.name} stands where ${expected?.name ?? 'nothing'} should be`);
    if (expected.bytes !== entry.size || expected.sha256 !== hash.digest('hex'))
      throw new BundleDamage(`${entry.name} is not what was packed`);
    hash = createHash('sha256');
  }
  const missing = manifest === undefined ? MANIFEST : (files[0]?.name ?? unlisted(manifest));
  if (manifest === undefined || missing !== undefined) throw new BundleDamage(`${missing} is missing`);
  return manifest;
}

/** A segment that is not among the files. */
function unlisted({ sessions, files }: Manifest): string | undefined {
  const names = new Set(files.map(({ name }) => name));
  return sessions.flatMap(({ segments }) => segments).find(({ name }) => !names.has(name))?.name;
}

/** The lines of one session of a bundle that was opened, over all its segments. */
export async function* readBundled(
  { path }: Bundle,
  { segments }: BundledSession,
): AsyncGenerator<LogEntry, void, undefined> {
  let left = [...segments];
  let expected: number | undefined;
  let lines: LineReader | undefined;
  for await (const { entry, bytes, isLast } of bundleContent(path)) {
    const [due] = left;
    if (due === undefined) return;
    if (entry.name !== due.name) continue;
    if (lines === undefined && expected !== undefined && due.segment !== expected)
      yield missingSegment(due.name, expected);
    lines ??= new LineReader(due.name);
    for (const each of lines.push(bytes)) yield each;
    if (!isLast) continue;
    yield* lines.end();
    lines = undefined;
    expected = due.segment + 1;
    left = left.slice(1);
  }
}

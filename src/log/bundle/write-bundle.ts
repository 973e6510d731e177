import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { type BundleFile, MANIFEST, type Manifest } from './manifest.ts';
import { TAR_END, tarHeader, tarPadding } from './tar.ts';

export interface BundleSource {
  /** In the bundle. */
  name: string;
  /** Its bytes, the same each time they are asked for. */
  read(): AsyncIterable<Buffer>;
}

/**
 * Writes a bundle, mode 0600 and whole or not at all: a gzipped tar, as every machine can look into it, and Node packs
 * and unpacks it without help. Returns what it says of itself. Rejects when a source cannot be read or the disk refuses.
 */
export async function writeBundle(
  path: string,
  about: Omit<Manifest, 'files'>,
  sources: readonly BundleSource[],
): Promise<Manifest> {
  const files: BundleFile[] = [];
  for (const source of sources) files.push(await measured(source));
  const manifest = { ...about, files };
  const draft = `${path}.${process.pid}.part`;
  try {
    await pipeline(
      Readable.from(archive(manifest, sources)),
      createGzip(),
      createWriteStream(draft, { flags: 'wx', mode: 0o600, flush: true }),
    );
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
  return manifest;
}

async function measured({ name, read }: BundleSource): Promise<BundleFile> {
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const part of read()) {
    hash.update(part);
    bytes += part.length;
  }
  return { name, bytes, sha256: hash.digest('hex') };
}

async function* archive(manifest: Manifest, sources: readonly BundleSource[]): AsyncGenerator<Buffer> {
  const mtime = Date.parse(manifest.made);
  const head = Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`);
  yield tarHeader({ name: MANIFEST, size: head.length }, mtime);
  yield head;
  yield tarPadding(head.length);
  for (const [index, { name, bytes }] of manifest.files.entries()) {
    yield tarHeader({ name, size: bytes }, mtime);
    for await (const part of sources[index]?.read() ?? []) yield part;
    yield tarPadding(bytes);
  }
  yield TAR_END;
}

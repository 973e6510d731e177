import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Manifest } from '../../../src/log/bundle/manifest.ts';
import { type Bundle, openBundle } from '../../../src/log/bundle/open-bundle.ts';
import { TAR_END, tarHeader, tarPadding } from '../../../src/log/bundle/tar.ts';
import { writeBundle } from '../../../src/log/bundle/write-bundle.ts';
import { tempDir } from '../temp-dir.ts';

/** A bundle of one host's session with these segments, in a folder of its own. */
export async function bundleOf(
  segments: Record<number, string>,
  more: Partial<Manifest> = {},
): Promise<string> {
  const path = join(tempDir(), 'bundle.tgz');
  const listed = Object.keys(segments).map((segment) => ({
    segment: Number(segment),
    name: `logs/1-host/${segment}.log`,
  }));
  const session = { session: '2026-01-01T12-00-00-000Z', of: 'host' as const, started: null, alive: false };
  await writeBundle(
    path,
    {
      format: 1,
      made: '2026-01-02T00:00:00.000Z',
      versions: { signalbox: '0.1.0' },
      sessions: [{ ...session, segments: listed }],
      ...more,
    },
    Object.entries(segments).map(([segment, text]) => ({
      name: `logs/1-host/${segment}.log`,
      async *read() {
        yield Buffer.from(text);
      },
    })),
  );
  return path;
}

/** A bundle with these files and no check of what they say. */
export function rawBundle(files: Record<string, string>): string {
  const path = join(tempDir(), 'raw.tgz');
  const parts = Object.entries(files).flatMap(([name, text]) => {
    const bytes = Buffer.from(text);
    return [tarHeader({ name, size: bytes.length }, 0), bytes, tarPadding(bytes.length)];
  });
  writeFileSync(path, gzipSync(Buffer.concat([...parts, TAR_END])));
  return path;
}

export async function opened(path: string): Promise<Bundle> {
  const read = await openBundle(path);
  if (!read.ok) throw new Error(read.reason);
  return read.bundle;
}

import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** The files of the page by their address below `/`. */
export type PageFiles = ReadonlyMap<string, { type: string; body: string | Uint8Array }>;

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};

/** The page as it was built; in a checkout it is built now, as its sources may have changed. */
export async function pageFiles(): Promise<PageFiles> {
  return import.meta.filename.endsWith('.ts') ? buildPage() : readPage(join(import.meta.dirname, '../page'));
}

async function buildPage(): Promise<PageFiles> {
  const { build } = await import('vite');
  const configFile = join(import.meta.dirname, '../page/vite.config.ts');
  const built = await build({ configFile, build: { write: false } });
  const files = [built].flat().flatMap((each) => ('output' in each ? each.output : []));
  return new Map(
    files.map((file) => [
      file.fileName,
      fileOf(file.fileName, file.type === 'chunk' ? file.code : file.source),
    ]),
  );
}

function readPage(folder: string): PageFiles {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
    (name) => extname(name) in TYPES,
  );
  return new Map(
    names.map((name) => [name.replaceAll('\\', '/'), fileOf(name, readFileSync(join(folder, name)))]),
  );
}

function fileOf(name: string, body: string | Uint8Array) {
  return { type: TYPES[extname(name)] ?? 'application/octet-stream', body };
}

import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { afterAll } from 'vitest';

const PLACES = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/snap/bin/chromium',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
];

/**
 * The browser of this machine, `$CHROMIUM` first; null when it has none, and then it says so: the tests that need it are
 * skipped. Throws in CI, where none may be skipped.
 */
export function findChromium(): string | null {
  const { CHROMIUM, CI } = process.env;
  const found = [CHROMIUM, ...PLACES].find((path) => path && existsSync(path)) ?? null;
  if (found !== null) return found;
  const way = 'Install chromium, or name one in $CHROMIUM';
  if (CI) throw new Error(`there is no browser here, and in CI the tests of pages must run. ${way}`);
  console.warn(`The tests of pages are skipped: there is no browser here. ${way}.`);
  return null;
}

/** One browser for the tests of a file, closed behind them. Started when it is first asked for. */
export function sharedBrowser(path: string | null): () => Promise<Browser> {
  let started: Promise<Browser> | undefined;
  afterAll(async () => (await started)?.close());
  return () => {
    // Its sandbox needs rights that a container seldom gives; only our own pages are opened here.
    started ??= chromium.launch({ executablePath: path ?? '', args: ['--no-sandbox'] });
    return started;
  };
}

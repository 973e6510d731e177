import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { build } from 'vite';
import { expect, it, onTestFinished } from 'vitest';
import { serveBridge } from '../../../inspector/stately/serve-bridge.ts';
import { ReceiverTeller } from '../../../inspector/stately/tell-receivers.ts';
import { tempDir } from '../../log/temp-dir.ts';
import { golden, lineOf } from '../../replay/golden.ts';
import { findChromium, sharedBrowser } from '../../support/chromium.ts';

const path = findChromium();
const browser = sharedBrowser(path);
const PATIENCE = { timeout: 20_000 };

/** The receiver of the package, as Stately's own page has it. */
async function statelyScript(): Promise<string> {
  const input = join(import.meta.dirname, 'stately-page.ts');
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    build: { write: false, minify: false, rollupOptions: { input } },
  });
  const [file] = [built].flat().flatMap((each) => ('output' in each ? each.output : []));
  if (file?.type !== 'chunk') throw new Error('there is no script');
  return file.code;
}

/** A bridge to a session in which a call waits for a person, opened in a page; Stately's is served by the test. */
async function openBridge(): Promise<{ page: Page; url: string; asked: string[] }> {
  const text = golden('approval-over-a-restart');
  const file = join(tempDir(), '2026-01-01T12-00-00-000Z.log');
  const lines = text.split('\n').slice(0, lineOf(text, 'xstate.done.actor.classify') + 20);
  writeFileSync(file, lines.join('\n').replace('"segment":1', `"segment":1,"pid":${process.pid}`));
  const teller = new ReceiverTeller(file);
  const { port, key, close } = await serveBridge((socket) => teller.add(socket));
  onTestFinished(close);
  const page = await (await browser()).newPage();
  onTestFinished(() => page.close());
  const script = await statelyScript();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.route('https://stately.ai/**', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<script type="module">${script}</script>` }),
  );
  const url = `http://127.0.0.1:${port}/#${key}`;
  await page.goto(url);
  return { page, url, asked };
}

const toldIn = (page: Page) =>
  page
    .frameLocator('iframe')
    .locator('html')
    .evaluate(() => (globalThis as unknown as { told: { type: string; name?: string }[] }).told);

it.skipIf(path === null)(
  'INSP-30 the page hands the session to Stately’s page, also after a reload',
  async () => {
    const { page, url, asked } = await openBridge();
    const isTold = async () => (await toldIn(page)).map(({ name }) => name);
    await expect.poll(isTold, PATIENCE).toContain('turn/batch/call:call-1');
    // The key is in no address that anybody could look at, and Stately is told of none.
    const key = new URL(url).hash.slice(1);
    expect(page.url()).not.toContain(key);
    for (const address of asked.filter((each) => !each.includes('#'))) expect(address).not.toContain(key);
    await page.reload();
    await expect.poll(isTold, PATIENCE).toContain('turn/batch/call:call-1');
    expect(new Set(asked.map((address) => new URL(address).origin))).toEqual(
      new Set([new URL(url).origin, 'https://stately.ai']),
    );
  },
);

it.skipIf(path === null)('INSP-33 without the key the page says what it needs', async () => {
  const { page, url } = await openBridge();
  const other = await (await browser()).newPage();
  onTestFinished(() => other.close());
  await other.route('https://stately.ai/**', (route) => route.fulfill({ body: '' }));
  await other.goto(new URL(url).origin);
  await expect.poll(() => other.locator('p').textContent(), PATIENCE).toContain('needs the whole address');
  expect(await page.locator('p').isVisible()).toBe(false);
});

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Locator, Page } from 'playwright-core';
import { expect, onTestFinished } from 'vitest';
import { pageFiles } from '../../../inspector/serve/page-files.ts';
import type { Source } from '../../../inspector/serve/piece.ts';
import { servePage } from '../../../inspector/serve/serve-page.ts';
import type { LogEntry } from '../../../src/log/reader.ts';
import { readText } from '../../../src/replay/read-text.ts';

export const SIZES = [
  { width: 1440, height: 900 },
  { width: 390, height: 844 },
] as const;

/** The text of a golden recording. */
export const golden = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../../replays', `${name}.log`), 'utf8');

export function sourceOf(text: string): Source {
  return {
    title: 'a.log',
    isLive: false,
    async *pieces() {
      yield { entries: readText(text, 'a.log') as LogEntry[] };
    },
  };
}

let files: ReturnType<typeof pageFiles> | undefined;

/** Serves the page with a recording and opens it; at the end of the test both are gone. */
export async function openSource(browser: Browser, source: Source, size: (typeof SIZES)[number] = SIZES[0]) {
  files ??= pageFiles();
  const served = await servePage(await files, source);
  onTestFinished(() => served.close());
  return openPage(browser, served.url, size);
}

/** Opens an address of an inspector. The test fails when the page asks for anything elsewhere, or has a fault. */
export async function openPage(
  browser: Browser,
  url: string,
  size: (typeof SIZES)[number] = SIZES[0],
): Promise<Page> {
  const page = await browser.newPage({ viewport: size });
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('request', (request) => {
    if (!request.url().startsWith(new URL(url).origin) && !request.url().startsWith('data:'))
      faults.push(`asked for ${request.url()}`);
  });
  onTestFinished(async () => {
    await page.close();
    expect(faults).toEqual([]);
  });
  await page.goto(url);
  await page.waitForSelector('.app');
  return page;
}

/** Goes to where so many lines have been gone through. */
export async function goTo(page: Page, position: number): Promise<void> {
  await page.getByLabel('Position', { exact: true }).fill(String(position));
}

/** What the page says it shows. */
export const shown = (page: Page): Promise<string> => textOf(page.locator('.steps output'));

/** As one reads it, with breaks between what stands apart. */
export const textOf = async (part: Locator): Promise<string> => (await part.allInnerTexts()).join('\n');

/** The actors of the tree with their states, as one reads them. */
export async function tree(page: Page): Promise<string[]> {
  const texts = await page.locator('.tree button').allInnerTexts();
  return texts.map((text) => text.replaceAll('\u200b', '').replace(/\s+/g, ' ').trim());
}

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Piece, Source } from '../../../inspector/serve/piece.ts';
import { findChromium, sharedBrowser } from '../../support/chromium.ts';
import { TempHome } from '../../support/temp-server.ts';
import { golden, openPage, openSource, shown, textOf, tree } from './open-page.ts';

const chromium = findChromium();
const browser = sharedBrowser(chromium);
const SCRIPT = [
  '#script',
  'say Two things to check.',
  'call Bash {"command":"ls"}',
  '---',
  'say The listing was: {{1}}',
].join('\n');

let place: TempHome;
beforeEach(() => {
  place = new TempHome();
});
afterEach(() => place.remove());

const addressIn = (text: string): string => /http:\/\/127\.0\.0\.1:\d+\/#\S+/.exec(text)?.[0] ?? '';

describe.skipIf(chromium === null)('a running session in the page', () => {
  test('INSP-17 INSP-21 INSP-22 INSP-23 a scripted turn is seen live, step by step, and the end of the server too', async () => {
    const server = await place.startServer(['--inspect']);
    const page = await openPage(await browser(), addressIn(server.stdout));
    const live = page.locator('.live');
    await expect.poll(() => textOf(live)).toBe('live');
    await expect.poll(() => tree(page)).toContainEqual(expect.stringMatching(/^connection attached/));

    await page.getByRole('button', { name: /^heartbeat / }).click();
    const timers = page.getByRole('list', { name: 'Timers' });
    const left = async () => Number(/pingInterval\s+([\d.]+) s left of 30 s/.exec(await textOf(timers))?.[1]);
    await expect.poll(left).toBeGreaterThan(0);
    const before = await left();
    await expect.poll(left).toBeLessThan(before);

    const sent = place.start(['send', SCRIPT]);
    await expect
      .poll(() => tree(page))
      .toContainEqual(expect.stringMatching(/^call Bash .* awaitingApproval$/));
    await page.getByRole('button', { name: /^call Bash / }).click();
    await expect
      .poll(() => textOf(page.locator('.waits')))
      .toMatch(
        /^A person must allow or deny this call: Bash .*\s+since [\d:]{8} \(.*\)\s+who can change it: anyone who may answer$/,
      );
    expect(await page.locator('[data-state="toolCall.awaitingApproval"].lit').count()).toBe(1);
    const why = await place.run(['why']);
    expect(why.stdout).toContain('a person must allow or deny this call: Bash');

    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => textOf(live)).toMatch(/^to the live end/);
    const [held] = (await shown(page)).split(' / ');
    expect((await place.run(['send', 'one more message'])).code).toBe(4);
    await expect.poll(() => textOf(live)).toMatch(/^to the live end \(\+\d\d/);
    expect((await shown(page)).split(' / ')[0]).toBe(held);
    await live.click();
    await expect.poll(() => textOf(live)).toBe('live');
    const [now, last] = (await shown(page)).split(' / ');
    expect(now).toBe(last);

    await server.stop('SIGKILL');
    await sent.stop();
    await expect.poll(() => textOf(live)).toBe('lost');
    expect(await textOf(page.locator('.notice-line'))).toContain('does not answer');
    await page.keyboard.press('Home');
    expect(await shown(page)).toMatch(/^0 \/ /);
    expect(await tree(page)).toEqual([]);
  });

  test('INSP-19 a page that missed deleted lines says so and begins anew behind the gap', async () => {
    const lines = golden('approval-over-a-restart').split('\n').slice(0, -1);
    const again = lines.findIndex((line, at) => at > 0 && line.includes('"format":1'));
    let readings = 0;
    const source: Source = {
      title: 'a.log',
      isLive: true,
      async *pieces(signal): AsyncGenerator<Piece> {
        readings += 1;
        const from = readings === 1 ? 0 : again;
        yield { file: 'a.log', line: 1, text: `${lines.slice(from, from + 40).join('\n')}\n` };
        yield { lookedAt: Date.now() };
        yield { lookedAt: Date.now() };
        if (readings === 1) return yield { gap: 'a.2.log was deleted before it could be read' };
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    };
    const page = await openSource(await browser(), source);
    const notice = page.locator('.notice-line');
    await expect.poll(() => textOf(notice)).toContain('a.2.log was deleted before it could be read');
    await expect.poll(() => shown(page)).toBe('40 / 40');
    expect(await textOf(page.locator('.live'))).toBe('live');
    expect(readings).toBe(2);
  });

  test('INSP-21 a connection that breaks is told, and the page goes on when it is back', async () => {
    const lines = golden('queue-merging').split('\n').slice(0, -1);
    const [breaks, comesBack] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let readings = 0;
    const source: Source = {
      title: 'a.log',
      isLive: true,
      async *pieces(signal): AsyncGenerator<Piece> {
        readings += 1;
        const count = readings === 1 ? 40 : 60;
        if (readings === 2) await comesBack.promise;
        yield { file: 'a.log', line: 1, text: `${lines.slice(0, count).join('\n')}\n` };
        for (const _ of [1, 2]) yield { lookedAt: Date.now() };
        if (readings === 1) {
          await breaks.promise;
          throw new Error('cut off');
        }
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
    };
    const page = await openSource(await browser(), source);
    await expect.poll(() => shown(page)).toBe('40 / 40');
    breaks.resolve();
    await expect.poll(() => textOf(page.locator('.live'))).toBe('lost');
    comesBack.resolve();
    await expect.poll(() => shown(page)).toBe('60 / 60');
    expect(await textOf(page.locator('.live'))).toBe('live');
    expect(await page.locator('.notice-line').count()).toBe(0);
  });

  test('INSP-21 a session that ends says how, and can still be stepped through', async () => {
    const source: Source = {
      title: 'a.log',
      isLive: true,
      async *pieces(): AsyncGenerator<Piece> {
        yield { file: 'a.log', line: 1, text: golden('queue-merging') };
        yield { lookedAt: Date.now() };
        yield { ended: 'The process is gone.' };
      },
    };
    const page = await openSource(await browser(), source);
    await expect.poll(() => textOf(page.locator('.live'))).toBe('ended');
    expect(await textOf(page.locator('.notice-line'))).toBe('The process is gone.');
    const last = golden('queue-merging').split('\n').length - 1;
    expect(await shown(page)).toBe(`${last} / ${last}`);
    await page.keyboard.press('ArrowLeft');
    await expect.poll(() => shown(page)).toBe(`${last - 1} / ${last}`);
    expect(await textOf(page.locator('.live'))).toBe('to the end (+1)');
  });
});

import { describe, expect, test } from 'vitest';
import { actorName } from '../../../inspector/recording/actor-name.ts';
import { Recording } from '../../../inspector/recording/recording.ts';
import { readText } from '../../../src/replay/read-text.ts';
import { showValue } from '../../../src/replay/show-step.ts';
import { findChromium, sharedBrowser } from '../../support/chromium.ts';
import { golden, goTo, openSource, shown, sourceOf, textOf, tree } from './open-page.ts';

const chromium = findChromium();
const browser = sharedBrowser(chromium);

/** The tree as it must be, by the recording itself. */
function treeOf(recording: Recording, position: number): string[] {
  return recording.actorsAt(position).map((actor) => {
    const { name, detail } = actorName(actor);
    const state = actor.kind === 'machine' ? showValue(actor.value) : null;
    return [name, detail, state].filter(Boolean).join(' ');
  });
}

describe.skipIf(chromium === null)('a recording in the page', () => {
  test('INSP-12 INSP-16 it opens, goes back to an approval and shows who must answer', async () => {
    const text = golden('approval-over-a-restart');
    const page = await openSource(await browser(), sourceOf(text));
    const asked = text.split('\n').findIndex((line) => line.includes('"type":"control_request"')) + 1;
    await goTo(page, asked);
    await page.getByRole('button', { name: /call Bash/ }).click();
    expect(await tree(page)).toContain('call Bash call-1 awaitingApproval');
    const waits = page.locator('.waits');
    expect(await textOf(waits)).toMatch(
      /A person must allow or deny this call: Bash \(call-1\)\s+since 12:00:00 .*\s+who can change it: anyone who may answer/,
    );
    expect(await page.locator('[data-state="toolCall.awaitingApproval"].lit').count()).toBe(1);
    await page.locator('summary', { hasText: 'Context' }).click();
    // The browser tells that it was opened a moment later.
    await expect.poll(() => textOf(page.locator('.details-panel pre'))).toContain('rm -r build');
  });

  test('INSP-12 keys and buttons go forwards and backwards, and show the same from either side', async () => {
    const page = await openSource(await browser(), sourceOf(golden('parallel-tools')));
    const recording = Recording.of(readText(golden('parallel-tools')));
    const last = recording.lines.length;
    await page.keyboard.press('Home');
    expect(await shown(page)).toBe(`0 / ${last}`);
    const forwards = [];
    for (let position = 1; position <= 25; position += 1) {
      await page.keyboard.press('ArrowRight');
      forwards.push(await tree(page));
    }
    expect(await shown(page)).toBe(`25 / ${last}`);
    for (let position = 25; position > 1; position -= 1) {
      expect(await tree(page)).toEqual(forwards[position - 1]);
      await page.getByLabel('One line back').click();
    }
    await page.keyboard.press('End');
    expect(await shown(page)).toBe(`${last} / ${last}`);
  });

  test('INSP-24 going to a line shows its root and lights its arrow; “only” steps through the lines of one root', async () => {
    const text = golden('reconnect-in-mid-stream');
    const page = await openSource(await browser(), sourceOf(text));
    const recording = Recording.of(readText(text));
    const ready = recording.positionsOf('connection').find((position) => {
      const line = recording.lines[position - 1];
      return line?.verb === 'in' && JSON.stringify(line.json).includes('"socket.ready"');
    });
    const chunk =
      recording.lines.findIndex((line) => JSON.stringify(line.json).includes('"step.chunks"')) + 1;
    await goTo(page, chunk);
    await expect.poll(() => page.locator('.message.lit span').allInnerTexts()).toEqual(['step.chunks']);
    expect(await textOf(page.locator('h2'))).toContain('conversation');
    await goTo(page, ready ?? 0);
    await expect.poll(() => page.locator('.message.lit span').allInnerTexts()).toEqual(['socket.ready']);
    expect(await textOf(page.locator('h2'))).toContain('connection');
    expect(await page.locator('.message.lit').isVisible()).toBe(true);

    await page.getByText('only connection').click();
    const own = recording.positionsOf('connection');
    const at = own.indexOf(ready ?? 0);
    await page.keyboard.press('ArrowRight');
    expect(await shown(page)).toBe(`${own[at + 1]} / ${recording.lines.length}`);
    for (const _ of [1, 2]) await page.keyboard.press('ArrowLeft');
    expect(await shown(page)).toBe(`${own[at - 1]} / ${recording.lines.length}`);
    await page.locator('.message').first().click();
    expect(await shown(page)).toBe(`${own[0]} / ${recording.lines.length}`);
  });

  test('INSP-23 in a recording a timer shows what was left of it at that line', async () => {
    const text = golden('retry-ladder');
    const page = await openSource(await browser(), sourceOf(text));
    const recording = Recording.of(readText(text));
    const retrying = recording.lines.findIndex((_, index) =>
      recording.actorsAt(index + 1).some(({ path, value }) => path === 'turn' && value === 'retrying'),
    );
    await goTo(page, retrying + 1);
    await page.getByRole('button', { name: /^turn / }).click();
    const timers = page.getByRole('list', { name: 'Timers' });
    await expect.poll(() => textOf(timers)).toMatch(/^retryDelay\s+([\d.]+ s) left of \1$/);
  });

  test('INSP-26 a log of 10,000 lines is gone through from end to end and back, and each place is as it was', async () => {
    const one = golden('abort-in-every-state');
    const text = one.repeat(Math.ceil(10_000 / (one.split('\n').length - 1)));
    const recording = Recording.of(readText(text));
    const last = recording.lines.length;
    expect(last).toBeGreaterThan(10_000);
    const page = await openSource(await browser(), sourceOf(text));
    const places = [last, 1, 9_000, 511, 4_242, last - 1, 7_777, 2, 5_000, 10_000, 0];
    for (const place of places) {
      await goTo(page, place);
      expect(await shown(page)).toBe(`${place} / ${last}`);
      expect((await tree(page)).sort()).toEqual(treeOf(recording, place).sort());
    }
    for (let step = 0; step < 50; step += 1) await page.keyboard.press('ArrowRight');
    expect(await shown(page)).toBe(`50 / ${last}`);
    expect((await tree(page)).sort()).toEqual(treeOf(recording, 50).sort());
    expect(await page.locator('.line').count()).toBeLessThan(200);
  });
});

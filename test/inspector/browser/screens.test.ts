import { describe, expect, test } from 'vitest';
import { machineList } from '../../../inspector/layout/machine-list.ts';
import { readLayout } from '../../../inspector/layout/read-layout.ts';
import { Recording } from '../../../inspector/recording/recording.ts';
import { readText } from '../../../src/replay/read-text.ts';
import { findChromium, sharedBrowser } from '../../support/chromium.ts';
import { findFaults, isLitInSight } from './find-faults.ts';
import { golden, goTo, openSource, SIZES, sourceOf } from './open-page.ts';

const chromium = findChromium();
const browser = sharedBrowser(chromium);

/** Of a machine that no golden recording has: one that has just been opened. */
const opened = (machine: string, input: object): string =>
  `[12:00:00.000] · open (lifecycle) {"format":1,"date":"2026-01-01","zone":"+00:00","session":"s","segment":1}
[12:00:00.000] · open (lifecycle) ${JSON.stringify({ root: `${machine}:one`, machine, input })}
`;

/** A recording in which some machines live, a text on the line to look at, and the machines. */
const SCENES = [
  {
    text: golden('approval-over-a-restart'),
    at: '"type":"control_request"',
    machines: ['host', 'conversation', 'turn', 'toolBatch', 'toolCall'],
  },
  {
    text: golden('reconnect-in-mid-stream'),
    at: '"type":"socket.ready"',
    machines: ['connection', 'heartbeat'],
  },
  { text: opened('run', { runId: 'run-1' }), at: '"machine"', machines: ['run'] },
  {
    text: opened('presence', { environmentId: 'env-1', generation: 0 }),
    at: '"machine"',
    machines: ['presence'],
  },
  { text: opened('session', { target: {}, seed: 1 }), at: '"machine"', machines: ['session'] },
] as const;

test('INSP-25 every machine is looked at', () => {
  expect(SCENES.flatMap(({ machines }) => machines).sort()).toEqual(
    machineList.map(({ machine }) => machine.id).sort(),
  );
});

describe.skipIf(chromium === null)('what can be seen', () => {
  test.each(SCENES)(
    'INSP-25 it is drawn and can be read at 1440 and 390 pixels: $machines',
    async ({ text, at, machines }) => {
      const recording = Recording.of(readText(text));
      const position = recording.lines.findIndex((line) => JSON.stringify(line.json).includes(at)) + 1;
      const actors = recording.actorsAt(position);
      const page = await openSource(await browser(), sourceOf(text));
      const view = (name: string) => page.getByRole('navigation').getByText(name).click();
      await goTo(page, position);
      for (const size of SIZES) {
        await page.setViewportSize(size);
        const isSmall = size.width < 1_000;
        for (const id of machines) {
          const { root, path } = actors.find((actor) => recording.shapeOf(actor)?.id === id)!;
          if (isSmall) await view('actors');
          await page.locator(`.tree button[title="${path === '.' ? root : `${root} ${path}`}"]`).click();
          const { states } = recording.shapeOf({ ...actors[0]!, kind: 'machine', path: 'x', src: id })!;
          await expect
            .poll(() => page.locator('.chart [data-state]').count(), { message: id })
            .toBe(states.length);
          expect(await page.locator('.chart .edge').count(), id).toBe(readLayout(id).edges.length);
          await expect
            .poll(() => page.evaluate(isLitInSight), { message: `${id} at ${size.width}` })
            .toBe(true);
          expect(await page.evaluate(findFaults), `${id} at ${size.width}`).toEqual([]);
        }
        for (const name of isSmall ? ['actors', 'timeline', 'lanes', 'details'] : []) {
          await view(name);
          if (name === 'details')
            for (const summary of await page.locator('summary').all()) await summary.click();
          expect(await page.evaluate(findFaults), name).toEqual([]);
        }
      }
    },
  );

  test('what looks wrong is found', async () => {
    const page = await openSource(await browser(), sourceOf(golden('retry-ladder')));
    await expect.poll(() => page.locator('.chart .label').count()).toBeGreaterThan(0);
    expect(await page.evaluate(findFaults)).toEqual([]);
    const wrongs: [string, RegExp][] = [
      ['.steps output { margin-left: -90px }', /lies on/],
      ['.now { white-space: nowrap; width: 2000px }', /hangs out/],
      ['.now { white-space: nowrap; width: 60px; overflow: hidden }', /is cut/],
      ['.chart .label text { font-size: 22px !important }', /lies on/],
      ['.chart .state text { font-size: 22px !important }', /is wider than its state/],
    ];
    for (const [content, fault] of wrongs) {
      const style = await page.addStyleTag({ content });
      expect((await page.evaluate(findFaults)).join('\n'), content).toMatch(fault);
      await style.evaluate((element) => (element as unknown as { remove(): void }).remove());
    }
    expect(await page.evaluate(findFaults)).toEqual([]);
  });
});

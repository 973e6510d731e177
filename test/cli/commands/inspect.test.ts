import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { TempHome } from '../../support/temp-server.ts';

const GOLDEN = join(import.meta.dirname, '../../replays/retry-ladder.log');
let place: TempHome;
beforeEach(() => {
  place = new TempHome();
});
afterEach(() => place.remove());

test('INSP-14 it serves the recording to whoever has the address that it prints, until it is told to stop', async () => {
  const inspect = place.start(['inspect', GOLDEN]);
  await inspect.says('Ctrl-C ends it.');
  const url = new URL(/http:\S+/.exec(inspect.stdout)?.[0] ?? '');
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const opened = await fetch(new URL('/open', url), { method: 'POST', ...bearer(url.hash.slice(1)) });
  const data = (await (await fetch(new URL('/data', url), bearer(await opened.text()))).json()) as {
    title: string;
    entries: { file: string; ok: boolean }[];
  };
  expect(data.title).toBe('retry-ladder.log');
  expect(data.entries.length).toBeGreaterThan(10);
  expect(new Set(data.entries.map(({ file }) => file))).toEqual(new Set(['retry-ladder.log']));
  expect((await inspect.stop('SIGINT')).code).toBe(0);
});

test('a file that is not there is named', async () => {
  expect(await place.run(['inspect', 'nothing.log'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"nothing.log" is no file'),
  });
});

import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readInspector } from '../../support/inspector-reader.ts';
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
  const reader = await readInspector(inspect.stdout);
  expect(await reader.next()).toEqual({ title: 'retry-ladder.log', isLive: false });
  const { entries } = (await reader.next()) as { entries: { file: string; ok: boolean }[] };
  expect(entries.length).toBeGreaterThan(10);
  expect(new Set(entries.map(({ file }) => file))).toEqual(new Set(['retry-ladder.log']));
  expect(await reader.next()).toBeUndefined();
  expect((await inspect.stop('SIGINT')).code).toBe(0);
});

test('INSP-18 without FILE it follows the server that runs, in a process of its own, and tells its end', async () => {
  const server = await place.startServer();
  const inspect = place.start(['inspect']);
  await inspect.says('Ctrl-C ends it.');
  const reader = await readInspector(inspect.stdout);
  const log = /log +\S*\/(\S+\.log)/.exec(server.stdout)?.[1];
  expect(await reader.next()).toEqual({ title: log, isLive: true });
  await reader.until((piece) => 'lookedAt' in piece);
  expect((await place.run(['send', 'hello'])).code).toBe(0);
  await reader.until((piece) => 'text' in piece && piece.text.includes('"type":"turn_finished"'));
  await server.stop('SIGKILL');
  expect(await reader.until((piece) => 'ended' in piece)).toEqual({ ended: 'The process is gone.' });
  expect(await reader.next()).toBeUndefined();
});

test('a file that is not there is named', async () => {
  expect(await place.run(['inspect', 'nothing.log'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('"nothing.log" is no file'),
  });
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { readInspector } from '../../support/inspector-reader.ts';
import { TempHome } from '../../support/temp-server.ts';

let place: TempHome;
beforeEach(() => {
  place = new TempHome();
});
afterEach(() => place.remove());

test('INSP-17 INSP-18 --inspect serves the session live, from its first line to its last', async () => {
  const server = await place.startServer(['--inspect']);
  const reader = await readInspector(server.stdout);
  expect(await reader.next()).toMatchObject({ isLive: true });
  const first = await reader.until((piece) => 'text' in piece);
  expect(first).toMatchObject({ line: 1, text: expect.stringContaining('· open (lifecycle) {"format":') });
  expect((await place.run(['send', 'hello'])).code).toBe(0);
  await reader.until((piece) => 'text' in piece && piece.text.includes('"type":"turn_finished"'));
  const [end] = await Promise.all([reader.until((piece) => 'ended' in piece), server.stop('SIGINT')]);
  expect(end).toEqual({ ended: 'The session has ended.' });
});

test('INSP-17 the address is printed once, and neither its ticket nor the key is in a log', async () => {
  const server = await place.startServer(['--inspect=page']);
  const ticket = /#(\S+)/.exec(server.stdout)?.[1] ?? '';
  expect(ticket.length).toBeGreaterThan(20);
  expect(server.stdout.split(ticket)).toHaveLength(2);
  const shown = await place.run(['logs', 'show']);
  expect(shown.stdout).not.toContain(ticket);
});

test('INSP-17 without it there is no inspector; another value is refused with what there is', async () => {
  const server = await place.startServer();
  expect(server.stdout).not.toMatch(/inspector|#/);
  const refused = await place.run(['server', '--inspect=nothing']);
  expect(refused).toMatchObject({
    code: 2,
    stderr: expect.stringMatching(/--inspect "nothing" is not known. It is one of: page/),
  });
});

test('INSP-19 a page that reads nothing and one that goes away are no trouble for the turns of the server', async () => {
  const server = await place.startServer(['--inspect']);
  const reader = await readInspector(server.stdout);
  await reader.next();
  for (const _ of [1, 2]) expect((await place.run(['send', 'hello'])).code).toBe(0);
  reader.end();
  expect((await place.run(['send', 'hello'])).code).toBe(0);
  expect(server.stderr).toBe('');
  expect((await server.stop('SIGTERM')).code).toBe(0);
});

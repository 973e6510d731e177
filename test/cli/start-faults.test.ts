import { mkdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exitCodes } from '../../src/cli/exit-codes.ts';
import { runCli } from '../support/run-cli.ts';
import { TempHome } from '../support/temp-server.ts';

let place: TempHome;
beforeEach(() => {
  place = new TempHome();
});
afterEach(() => place.remove());

const SERVER = ['server', '--listen', '127.0.0.1:0'];
const HUB = ['hub', '--listen', '127.0.0.1:0'];
const told = (line: string) => ({
  code: exitCodes.failure,
  stdout: '',
  stderr: expect.stringMatching(new RegExp(`^signalbox: ${line}.*\\n$`)),
});
const inHome = (home: string, args: string[]) =>
  runCli(args, { cwd: place.project, env: { SIGNALBOX_HOME: home } });

describe('CLI-60 in one line with the way out is told', () => {
  test.each([SERVER, HUB, ['logs'], ['envs'], ['send', 'hello'], ['why'], ['token', 'show']])(
    'that the home is a file: %s',
    async (...args) => {
      const file = join(place.root, 'file');
      writeFileSync(file, '');
      for (const home of [file, join(file, 'below')])
        expect(await inHome(home, args)).toEqual(told(`the home ${home} is no folder.*SIGNALBOX_HOME`));
    },
  );

  test.runIf(process.platform === 'linux')('that the home cannot be made', async () => {
    for (const home of ['/sys/no-such', '/proc/no-such'])
      for (const command of [SERVER, HUB])
        expect(await inHome(home, command)).toEqual(told(`.*${home}.*mkdir '${home}'`));
  });

  test('that the directory was deleted', async () => {
    const gone = join(place.root, 'gone');
    mkdirSync(gone);
    const by = (command: string[]) => ['sh', '-c', 'rmdir "$PWD" && exec "$@"', 'sh', ...command];
    const deleted = await runCli(SERVER, { cwd: gone, env: { SIGNALBOX_HOME: place.home }, by });
    expect(() => rmdirSync(gone)).toThrow('ENOENT');
    expect(deleted).toEqual(told('the directory in which this was started does not exist any more'));
  });

  test.runIf(process.platform === 'linux')('that the output cannot be written', async () => {
    await place.startServer();
    const by = (command: string[]) => ['sh', '-c', 'exec "$@" > /dev/full', 'sh', ...command];
    for (const args of [['envs'], ['send', 'hello']]) {
      const full = await runCli(args, { cwd: place.project, env: { SIGNALBOX_HOME: place.home }, by });
      expect(full).toEqual(told('the output could not be written: ENOSPC.*'));
    }
  });

  test('CLI-61 that a setting is of the wrong type', async () => {
    const path = join(place.home, 'settings.json');
    writeFileSync(path, '{"hub": 42}');
    for (const command of [SERVER, HUB, ['envs']])
      expect(await inHome(place.home, command)).toEqual(told(`${path}: "hub" is 42; it has to be`));
  });
});

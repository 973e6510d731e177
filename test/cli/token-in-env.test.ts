import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CliResult } from '../support/run-cli.ts';
import { TempHome } from '../support/temp-server.ts';

let place: TempHome;
beforeEach(() => {
  place = new TempHome();
});
afterEach(() => place.remove());

const HUB = 'http://127.0.0.1:9';

describe('what cannot be a token', () => {
  test.each([
    ['sekret\r', 'a carriage return at its end'],
    ['sek\nret', 'a line break'],
    ['sek ret', 'a blank'],
    ['sekret–', 'a sign that no HTTP header may hold'],
  ])('CLI-70 in SIGNALBOX_TOKEN is refused by every command: %j', async (token, oddity) => {
    const env = { SIGNALBOX_TOKEN: token };
    for (const args of [
      ['envs', '--hub', HUB],
      ['send', '--hub', HUB, 'hello'],
      ['server', '--hub', HUB],
      ['hub', '--listen', '127.0.0.1:0'],
      ['server', '--listen', '127.0.0.1:0'],
    ]) {
      const { code, stdout, stderr } = await place.start(args, { env }).ended;
      expect({ args, code, stdout }).toEqual({ args, code: 1, stdout: '' });
      expect(stderr).toMatch(/^signalbox: SIGNALBOX_TOKEN is no token: .*\n$/);
      expect(stderr).toContain(oddity);
      expect(stderr).not.toContain('sek');
    }
  });

  test('CLI-70 given to token save is refused and not kept', async () => {
    const save = (input: string): Promise<CliResult> => place.run(['token', 'save', '--hub', HUB], input);
    for (const input of ['tok\nen two', 'tokén']) {
      const { code, stderr } = await save(input);
      expect([code, stderr]).toEqual([2, expect.stringContaining('what came on standard input is no token')]);
      expect(stderr).not.toContain('tok\n');
    }
    expect((await save(' \n')).stderr).toContain('no token came on standard input');
    expect(() => readFileSync(join(place.home, 'credentials.json'))).toThrow('ENOENT');
    expect((await save('token-with-crlf\r\n')).code).toBe(0);
    expect(JSON.stringify(JSON.parse(readFileSync(join(place.home, 'credentials.json'), 'utf8')))).toContain(
      '"token-with-crlf"',
    );
  });
});

import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostMigrations } from '../../../src/host/store/migrations.ts';
import { hubMigrations } from '../../../src/hub/migrations.ts';
import { TempHome } from '../../support/temp-server.ts';

let place: TempHome;
beforeEach(() => {
  place = new TempHome();
});
afterEach(() => place.remove());

const SERVER = ['server', '--listen', '127.0.0.1:0'];
const HUB = ['hub', '--listen', '127.0.0.1:0'];

/** A home in which a server has run and has ended in order. */
async function used(): Promise<{ hub: string; host: string }> {
  const server = await place.startServer(['--env-name', 'laptop']);
  expect((await server.stop('SIGTERM')).code).toBe(0);
  const hosts = join(place.home, 'hosts');
  return {
    hub: join(place.home, 'hub.sqlite'),
    host: join(hosts, readdirSync(hosts)[0] ?? '', 'host.sqlite'),
  };
}

describe('a store that cannot be used ends the start with its name and the way out', () => {
  test('STORE-2 when it is of a newer version', async () => {
    const stores = await used();
    for (const [path, known] of [
      [stores.hub, hubMigrations.length],
      [stores.host, hostMigrations.length],
    ] as const) {
      const sql = new DatabaseSync(path);
      sql.exec(`PRAGMA user_version=${known + 1}`);
      const { code, stderr } = await place.run(SERVER);
      expect({ code, stderr }).toEqual({
        code: 1,
        stderr: expect.stringMatching(
          new RegExp(
            `^signalbox: ${path} was written by a newer .*version ${known + 1}, this program knows ${known}\\).*\\n$`,
          ),
        ),
      });
      sql.exec(`PRAGMA user_version=${known}`);
      sql.close();
    }
    expect((await (await place.startServer()).stop('SIGTERM')).code).toBe(0);
  });

  test('STORE-3 when it is damaged', async () => {
    const stores = await used();
    for (const [path, command] of [
      [stores.host, SERVER],
      [stores.hub, SERVER],
      [stores.hub, HUB],
    ] as const) {
      writeFileSync(path, 'nonsense'.repeat(1_000));
      expect(await place.run([...command])).toMatchObject({
        code: 1,
        stderr: `signalbox: ${path}: the file is damaged; move it away or restore a copy\n`,
      });
      expect(readFileSync(path, 'utf8')).toMatch(/^nonsense/);
    }
  });

  test('STORE-4 when it cannot be opened', async () => {
    mkdirSync(join(place.home, 'hub.sqlite'));
    expect(await place.run(HUB)).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /^signalbox: \S+hub\.sqlite: it cannot be opened or written; see to the rights/,
      ),
    });
  });
});

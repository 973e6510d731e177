import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { processesOf } from '../host/support/processes-of.ts';
import { TempHome } from '../support/temp-server.ts';
import { script } from './support/stand.ts';

let place: TempHome;
beforeEach(() => {
  place = new TempHome();
});
afterEach(() => place.remove());

const WAIT = 'while [ ! -e go ]; do sleep 0.05; done';
const bash = (command: string) => `call Bash ${JSON.stringify({ command })}`;
/** The processes that the call has started, not who asked for it. */
const sleeping = (mark: string) =>
  processesOf(`sleep ${mark}`).filter((line) => !line.includes('signalbox.js'));
const lines = () => {
  const ledger = join(place.project, 'ledger');
  return existsSync(ledger) ? readFileSync(ledger, 'utf8').trimEnd().split('\n') : [];
};

describe('SIGTERM', () => {
  test('CLI-23 lets the running turn of a server end, keeps what waits for its next start, and ends with 0', async () => {
    const server = await place.startServer(['--mode', 'unrestricted']);
    const running = place.start([
      'send',
      script(bash(`echo first >> ledger; ${WAIT}`), '---', 'say Ended in order.'),
    ]);
    await expect.poll(lines).toEqual(['first']);
    const waiting = place.start(['send', '--json', script(bash('echo second >> ledger'))]);
    await waiting.says('update_queue');
    server.child.kill('SIGTERM');
    await server.says('Stopping');
    writeFileSync(join(place.project, 'go'), '');
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
    expect((await running.ended).stdout).toContain('Ended in order.');
    expect(lines()).toEqual(['first']);
    await place.startServer(['--mode', 'unrestricted']);
    await expect.poll(lines).toEqual(['first', 'second']);
  });

  test('CLI-23 CLI-11 ends a hub with 0 while a model answers; its next life goes on with the turn', async () => {
    const env = { SIGNALBOX_TOKEN: 'the-token' };
    const listen = async () => {
      const hub = place.start(['hub', '--listen', '127.0.0.1:0'], { env });
      await hub.says('Ready');
      return hub;
    };
    const hub = await listen();
    const url = await place.hubUrl();
    const server = place.start(['server', '--hub', url, '--mode', 'unrestricted'], { env });
    await server.says('Ready.');
    const sent = place.start(['send', '--hub', url, script('say Before.', 'sleep 1500', 'say After.')], {
      env,
    });
    await sent.says('Before.');
    expect(await hub.stop('SIGTERM')).toMatchObject({ code: 0, stderr: '' });
    const again = place.start(['hub', '--listen', new URL(url).host], { env });
    await again.says('Ready');
    const { code, stdout, stderr } = await sent.ended;
    expect([code, stdout]).toEqual([0, expect.stringContaining('After.')]);
    expect(stderr).toMatch(/connection lost; coming back[\s\S]*connected again/);
    for (const process of [server, again]) expect((await process.stop('SIGTERM')).code).toBe(0);
  });
});

describe('the second signal', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)(
    'CLI-23 %s ends it at once, and every process of its calls with it',
    async (second) => {
      const server = await place.startServer(['--mode', 'unrestricted']);
      const mark = `12${process.pid}.${second === 'SIGTERM' ? 1 : 2}`;
      place.start([
        'send',
        script(bash(`(setsid sleep ${mark} &) ; trap '' TERM; sleep ${mark}; echo never >> ledger`)),
      ]);
      await expect.poll(() => sleeping(mark).length).toBeGreaterThanOrEqual(2);
      server.child.kill('SIGTERM');
      await server.says('Stopping');
      expect((await server.stop(second)).code).toBe(130);
      await expect.poll(() => sleeping(mark)).toEqual([]);
      expect(lines()).toEqual([]);
    },
  );
});

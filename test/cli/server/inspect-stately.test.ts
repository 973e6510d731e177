import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TempHome } from '../../support/temp-server.ts';

const PATIENCE = { timeout: 20_000 };
let place: TempHome;
beforeEach(() => {
  place = new TempHome();
});
afterEach(() => place.remove());

it('INSP-30 INSP-34 server --inspect=stately tells the receiver of the package of a turn, without its secrets', async () => {
  const secret = 'sk-secret-of-this-test';
  const server = place.start(['server', '--listen', '127.0.0.1:0', '--inspect=stately'], {
    env: { KITCHEN_TOKEN: secret },
  });
  await server.says('Ready.');
  const { host, hash } = new URL(/stately +(\S+)/.exec(server.stdout)?.[1] ?? '');
  const told: StatelyInspectionEvent[] = [];
  const receiver = createWebSocketReceiver({ server: `ws://inspect:${hash.slice(1)}@${host}` });
  receiver.subscribe((event) => told.push(event));
  const names = () => told.flatMap((event) => (event.type === '@xstate.actor' ? [event.name] : []));
  await vi.waitFor(() => expect(names()).toEqual(expect.arrayContaining(['host', 'connection'])), PATIENCE);

  const script = '#script\ncall Bash {"command":"echo it is $KITCHEN_TOKEN"}\n---\nsay {{1}}';
  expect((await place.run(['send', '--approve', 'all', script])).code).toBe(0);
  await vi.waitFor(() => {
    expect(names()).toContain('turn');
    const turn = told.find((event) => event.type === '@xstate.actor' && event.name === 'turn')?.sessionId;
    const last = told.findLast((event) => event.type === '@xstate.snapshot' && event.sessionId === turn);
    expect(last).toMatchObject({ snapshot: { status: 'done' } });
  }, PATIENCE);
  const text = JSON.stringify(told);
  expect([text.includes(secret), text.includes('it is [secret KITCHEN_TOKEN]')]).toEqual([false, true]);

  expect((await server.stop('SIGTERM')).code).toBe(0);
});

it('INSP-31 a receiver that takes nothing and one that dies hold up no turn', async () => {
  const server = await place.startServer(['--inspect=stately']);
  const { host, hash } = new URL(/stately +(\S+)/.exec(server.stdout)?.[1] ?? '');
  const { WebSocket } = await import('ws');
  const listen = async () => {
    const socket = new WebSocket(`ws://${host}`, ['signalbox-inspect', `key.${hash.slice(1)}`]);
    await new Promise((resolve) => socket.on('open', resolve));
    return socket;
  };
  const [deaf, dying] = [await listen(), await listen()];
  deaf.pause();
  expect((await place.run(['send', 'hello'])).code).toBe(0);
  dying.terminate();
  expect((await place.run(['send', 'hello again'])).code).toBe(0);
  deaf.terminate();
  expect((await server.stop('SIGTERM')).code).toBe(0);
});

it('INSP-31 without --inspect nobody can listen', async () => {
  const server = await place.startServer();
  expect(server.stdout).not.toContain('stately');
  expect(await place.run(['server', '--inspect=elsewhere'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('It is one of: page, stately'),
  });
});

import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { Receiver } from '../../../inspector/stately/receiver.ts';

async function pair() {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const connected = once(server, 'connection');
  const client = new WebSocket(`ws://127.0.0.1:${(server.address() as AddressInfo).port}`);
  onTestFinished(() => client.terminate());
  const heard: string[] = [];
  client.on('message', (data) => heard.push(String(data)));
  const [[socket]] = await Promise.all([connected, once(client, 'open')]);
  return { client, socket: socket as WebSocket, heard };
}

const MB = 1024 * 1024;

it('INSP-32 a slow receiver has no more than 8 MB waiting, and is introduced anew when it took them', async () => {
  const { client, socket, heard } = await pair();
  const receiver = new Receiver(socket, (leftOut) => [`anew ${leftOut}`]);
  client.pause();
  const text = 'x'.repeat(MB / 4);
  let made = 0;
  for (let n = 0; n < 400; n++)
    receiver.tell(() => {
      made += 1;
      return text;
    });
  expect(socket.bufferedAmount).toBeLessThan(9 * MB);
  expect(made).toBeLessThan(60);
  client.resume();
  await vi.waitFor(() => expect(heard.at(-1)).toBe(`anew ${400 - made}`), 20_000);
  receiver.tell(() => 'after');
  await vi.waitFor(() => expect(heard.at(-1)).toBe('after'), 20_000);
  expect(heard).toHaveLength(made + 2);
});

it('INSP-31 one that is gone hurts nobody', async () => {
  const { client, socket } = await pair();
  const receiver = new Receiver(socket, () => []);
  client.terminate();
  await once(socket, 'close');
  expect(() => receiver.tell(() => 'nobody hears it')).not.toThrow();
});

it('INSP-30 it begins with what lives', async () => {
  const { socket, heard } = await pair();
  new Receiver(socket, (leftOut) => ['one', `two ${leftOut}`]).begin();
  await vi.waitFor(() => expect(heard).toEqual(['one', 'two 0']), 20_000);
});

import { once } from 'node:events';
import { appendFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { serveBridge } from '../../../inspector/stately/serve-bridge.ts';
import { startBridge } from '../../../inspector/stately/start-bridge.ts';
import { ReceiverTeller } from '../../../inspector/stately/tell-receivers.ts';
import { tempDir } from '../../log/temp-dir.ts';
import { golden, lineOf } from '../../replay/golden.ts';

const PATIENCE = { timeout: 20_000 };
/** A recording as the log of a process that runs: this one. */
const alive = (text: string) =>
  text.replace(/"session":"[^"]*","segment":1/, (found) => `${found},"pid":${process.pid}`);

function logOf(text: string): string {
  const file = join(tempDir(), '2026-01-01T12-00-00-000Z.log');
  writeFileSync(file, alive(text));
  return file;
}

async function bridgeTo(file: string) {
  const teller = new ReceiverTeller(file);
  const bridge = await serveBridge((socket) => teller.add(socket));
  onTestFinished(() => bridge.close());
  return { ...bridge, address: `ws://inspect:${bridge.key}@127.0.0.1:${bridge.port}` };
}

/** All that the package's own receiver is told. */
function receive(server: string): StatelyInspectionEvent[] {
  const told: StatelyInspectionEvent[] = [];
  createWebSocketReceiver({ server }).subscribe((event) => told.push(event));
  return told;
}

function listen({ port, key }: { port: number; key: string }) {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, ['signalbox-inspect', `key.${key}`]);
  onTestFinished(() => socket.terminate());
  const told: StatelyInspectionEvent[] = [];
  socket.on('message', (data) => told.push(JSON.parse(String(data))));
  const closed = once(socket, 'close').then(([code, reason]) => [code, String(reason)]);
  return { socket, told, closed };
}

const actors = (told: readonly StatelyInspectionEvent[]) =>
  told.flatMap((event) => (event.type === '@xstate.actor' ? [event] : []));

const turnsOf = (told: readonly StatelyInspectionEvent[]) =>
  actors(told).flatMap(({ name, snapshot }) => (name === 'turn' ? [snapshot.value] : []));

describe('a session that goes on', () => {
  const text = golden('approval-over-a-restart');
  const asked = lineOf(text, 'xstate.done.actor.classify');
  const before = `${text
    .split('\n')
    .slice(0, asked - 1)
    .join('\n')}\n`;
  const after = text.slice(before.length).split('\n').slice(0, 12).join('\n');

  it('INSP-30 its actors are introduced to the receiver of the package, then told of as they go on', async () => {
    const file = logOf(before);
    const { address } = await bridgeTo(file);
    const told = receive(address);
    await vi.waitFor(() => expect(actors(told).map(({ name }) => name)).toContain('turn'), PATIENCE);
    const turn = actors(told).find(({ name }) => name === 'turn');
    expect(turn?.snapshot).toMatchObject({ status: 'active', value: 'classifying' });
    expect(JSON.parse(turn?.definition ?? '')).toMatchObject({ id: 'turn', states: { classifying: {} } });
    const parent = actors(told).find(({ sessionId }) => sessionId === turn?.parentId);
    expect(parent).toMatchObject({ name: 'conversation:conv-1', rootId: parent?.sessionId });
    expect(told.every(({ type }) => type === '@xstate.actor')).toBe(true);

    appendFileSync(file, after);
    await vi.waitFor(() => {
      expect(told).toContainEqual(
        expect.objectContaining({
          type: '@xstate.snapshot',
          sessionId: turn?.sessionId,
          snapshot: expect.objectContaining({ value: { tools: 'awaitingApproval' } }),
        }),
      );
      expect(told).toContainEqual(
        expect.objectContaining({
          type: '@xstate.event',
          sessionId: turn?.sessionId,
          event: expect.objectContaining({ type: 'xstate.done.actor.classify' }),
        }),
      );
      expect(actors(told).map(({ name }) => name)).toContain('turn/batch/call:call-1');
    }, PATIENCE);
  });

  it('INSP-30 who comes later is introduced to what lives then; who comes after everybody left, too', async () => {
    const file = logOf(before);
    const bridge = await bridgeTo(file);
    const first = listen(bridge);
    await vi.waitFor(() => expect(turnsOf(first.told)).toEqual(['classifying']), PATIENCE);
    appendFileSync(file, after);
    const asking = { tools: 'awaitingApproval' };
    await vi.waitFor(() => {
      const values = first.told.map((event) => event.type === '@xstate.snapshot' && event.snapshot);
      expect(values).toContainEqual(expect.objectContaining({ value: asking }));
    }, PATIENCE);
    const second = listen(bridge);
    await vi.waitFor(() => expect(turnsOf(second.told)).toEqual([asking]), PATIENCE);
    for (const { socket } of [first, second]) {
      socket.close();
      await once(socket, 'close');
    }
    const third = listen(bridge);
    await vi.waitFor(() => expect(turnsOf(third.told)).toEqual([asking]), PATIENCE);
  });
});

describe('the end', () => {
  it('INSP-31 of the session, or of its process, is told by closing', async () => {
    const file = logOf('');
    writeFileSync(file, golden('queue-merging'));
    const { closed } = listen(await bridgeTo(file));
    expect(await closed).toEqual([
      1000,
      expect.stringMatching(/^The (session has ended|process is gone)\.$/),
    ]);
  });

  it('INSP-31 a log that lost lines is followed no further, and says so', async () => {
    const file = logOf(golden('queue-merging').split('\n').slice(0, 40).join('\n').concat('\n'));
    const { told, closed } = listen(await bridgeTo(file));
    await vi.waitFor(() => expect(actors(told)).not.toEqual([]), PATIENCE);
    appendFileSync(file, '[12:00:00.000] · lines_lost (lifecycle) {"count":3}\n');
    expect(await closed).toEqual([1000, 'Line 41 of the log: 3 lines could not be written here']);
  });

  it('INSP-31 a log that cannot be read is told to the receiver, and to nobody else', async () => {
    const troubles: string[] = [];
    const bridge = await startBridge(join(tempDir(), 'nothing.log'), (reason) => troubles.push(reason));
    onTestFinished(() => bridge.close());
    const { port, hash } = new URL(bridge.url);
    const { closed } = listen({ port: Number(port), key: hash.slice(1) });
    expect(await closed).toEqual([1011, expect.stringContaining('The log cannot be read')]);
    expect(troubles).toEqual([]);
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { beforeEach, describe, expect, test } from 'vitest';
import { conversationInput, settleCutOffCalls } from '../../src/host/recovery.ts';
import type { HostStore } from '../../src/host/store/host-store.ts';
import { UNKNOWN_OUTCOME } from '../../src/protocol/unknown-outcome.ts';
import { AT, bash, HUB, openTurn, SCOPE, submission, succeeded } from './support/samples.ts';
import { openStore } from './support/temp-store.ts';

let store: HostStore;
let conversation: number;
beforeEach(() => {
  store = openStore();
  conversation = store.conversations.ensure(HUB, SCOPE).id;
});

const input = (draining = false) =>
  conversationInput(store, store.conversations.get(conversation), { seed: 7, draining });

describe('what a conversation begins with', () => {
  test('is nothing when nothing was written', () => {
    expect(input()).toEqual({ scope: SCOPE, seed: 7, queue: [], turn: null, begin: 'running' });
  });

  test('HOST-240 is what waits, and whether it is paused', () => {
    store.inputs.accept(conversation, submission('one'), 'queued');
    expect(input()).toMatchObject({ queue: [{ clientMessageId: 'one' }], begin: 'running' });
    store.conversations.setPaused(conversation, true);
    expect(input().begin).toBe('paused');
    expect(input(true).begin).toBe('drained');
  });

  test('HOST-241 is a turn at the place where its last commit left it', () => {
    openTurn(store, conversation);
    const turn = { turnId: 'turn-1', items: [{ clientMessageId: 'cm-turn-1' }], step: 1 };
    expect(input().turn).toMatchObject({ ...turn, stage: 'sampling', calls: [], runId: null });
    store.turns.endStep('turn-1', 1, 'run-1');
    store.calls.propose(conversation, 'turn-1', 1, [bash('call-1'), bash('call-2')]);
    expect(input().turn).toMatchObject({
      ...turn,
      stage: 'calls',
      calls: [bash('call-1'), bash('call-2')],
      runId: 'run-1',
    });
    store.turns.openStep('turn-1', 2, []);
    expect(input().turn).toMatchObject({ step: 2, stage: 'sampling', calls: [], runId: null });
    store.turns.cancel('turn-1', null, AT);
    expect(input().turn).toMatchObject({ step: 2, stage: 'cancelling', calls: [] });
    store.turns.end('turn-1', 'cancelled', null);
    expect(input().turn).toBeNull();
  });
});

describe('the first thing a host does', () => {
  /** A command as a dead life of a host left it running. */
  function leftRunning(mark: string) {
    const child = spawn('sleep', ['100'], { env: { ...process.env, SIGNALBOX_CALL: mark }, stdio: 'ignore' });
    return { child, gone: once(child, 'exit') };
  }

  test('HOST-242 is to end what its own calls left running, and nobody else’s', async () => {
    const own = leftRunning('host-1/call-1');
    const others = [leftRunning('host-11/call-1'), leftRunning('host-2/call-1')];
    expect(await settleCutOffCalls(store, 'host-1')).toEqual({ ended: 1, unknown: 0 });
    await own.gone;
    for (const { child, gone } of others) {
      expect([child.exitCode, child.signalCode]).toEqual([null, null]);
      child.kill('SIGKILL');
      await gone;
    }
  });

  test('HOST-243 is to write down, for good, that their outcome is unknown', async () => {
    openTurn(store, conversation);
    store.calls.propose(
      conversation,
      'turn-1',
      1,
      ['begun', 'ended', 'waiting'].map((id) => bash(id)),
    );
    for (const id of ['begun', 'ended']) store.calls.intend('turn-1', id, {});
    store.calls.settle('turn-1', 'ended', succeeded);
    expect(await settleCutOffCalls(store, 'host-1')).toEqual({ ended: 0, unknown: 1 });
    expect(store.calls.ofStep('turn-1', 1).map((row) => row.outcome)).toEqual([
      UNKNOWN_OUTCOME,
      succeeded,
      null,
    ]);
    expect(store.db.synced).toBe(store.db.committed);
    expect(await settleCutOffCalls(store, 'host-1')).toEqual({ ended: 0, unknown: 0 });
  });
});

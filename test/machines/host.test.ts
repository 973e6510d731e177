import { describe, expect, test, vi } from 'vitest';
import { createActor, fromPromise } from 'xstate';
import { type HostInput, hostMachine } from '../../machines/host.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { type AnyEvent, childDone, childFailed, explore } from './explore.ts';

const input: HostInput = { drainLimitMs: 10_000 };
const events: AnyEvent[] = [
  { type: 'conversation.opened', key: 'a' },
  { type: 'conversation.opened', key: 'b' },
  { type: 'conversation.closed', key: 'a' },
  { type: 'conversation.closed', key: 'b' },
  { type: 'host.drain' },
  { type: 'host.superseded' },
  { type: 'host.refused', message: 'no' },
  { type: 'host.faulted', message: 'disk' },
  childDone('recover', { ended: 0, unknown: 0 }),
  childFailed('recover'),
];

function explored(machine: typeof hostMachine) {
  return explore(machine, {
    input,
    // Conversations open only once the host has recovered.
    events: (snapshot) =>
      snapshot.matches('starting') ? events.filter(({ type }) => !type.startsWith('conversation.')) : events,
    abstract: ({ context }) => [context.conversations, context.code],
  });
}

/** What must hold in every state; each returned text is a breach. */
function breaches(machine: typeof hostMachine): string[] {
  const { states } = explored(machine);
  return states.flatMap(({ key, snapshot, path }) => {
    const found: string[] = [];
    if (snapshot.status === 'error') found.push(`${key} died`);
    const drains = path.filter((event) => event.type === 'host.drain').length;
    const busy = snapshot.context.conversations.length > 0;
    const limited = path.some((event) => event.type.startsWith('xstate.after'));
    const ended = path.some((event) => /superseded|refused|faulted|error\.actor/.test(event.type));
    const began = path.some((event) => event.type.startsWith('xstate.done.actor.recover'));
    if (snapshot.status === 'done' && drains === 1 && began && busy && !limited && !ended)
      found.push(`${key} stopped while a turn still had time`);
    if (snapshot.matches('draining') && !busy) found.push(`${key} waits for nobody`);
    if (path.some((event) => event.type === 'host.superseded') && snapshot.context.code !== 3)
      if (!/refused|faulted|error\.actor/.test(path.map((event) => event.type).join()))
        found.push(`${key} does not tell that it was superseded`);
    return found;
  });
}

describe('the host', () => {
  test('holds in every state what it must, and takes every transition', () => {
    expect(breaches(hostMachine)).toEqual([]);
    expect(explored(hostMachine).untaken()).toEqual([]);
  });

  test('a planted mutant that stops without waiting is caught', () => {
    const mutant = hostMachine.provide({ guards: { isQuiet: () => true } });
    expect(breaches(mutant)).not.toEqual([]);
  });

  test('every state leads to an end', () => {
    const { states, reachableFrom } = explored(hostMachine);
    for (const { key } of states)
      expect(reachableFrom(key).some(({ snapshot }) => snapshot.status === 'done')).toBe(true);
  });

  const run = (recover = async () => ({ ended: 0, unknown: 0 })) => {
    const clock = new VirtualClock();
    const host = createActor(hostMachine.provide({ actors: { recover: fromPromise(recover) } }), {
      input,
      clock,
    });
    const said: string[] = [];
    host.on('*', ({ type }) => said.push(type));
    host.subscribe({ error: () => undefined });
    host.start();
    return { host, clock, said };
  };

  test('speaks only after what a dead life left running is ended', async () => {
    const { host, said } = run();
    expect(said).toEqual([]);
    await vi.waitFor(() => expect(said).toEqual(['host.recovered']));
    expect(host.getSnapshot().hasTag('accepting')).toBe(true);
  });

  test('drains: waits for running turns, but not beyond the limit', async () => {
    const { host, clock, said } = run();
    await vi.waitFor(() => expect(said).toContain('host.recovered'));
    host.send({ type: 'conversation.opened', key: 'a' });
    host.send({ type: 'host.drain' });
    expect(said).toContain('host.draining');
    clock.advance(9_999);
    expect(host.getSnapshot().status).toBe('active');
    clock.advance(1);
    expect(host.getSnapshot().output).toEqual({ code: 0, reason: 'stopped' });
  });

  test('drains: told twice, it stops at once', async () => {
    const { host, said } = run();
    await vi.waitFor(() => expect(said).toContain('host.recovered'));
    host.send({ type: 'conversation.opened', key: 'a' });
    host.send({ type: 'host.drain' });
    host.send({ type: 'host.drain' });
    expect(host.getSnapshot().output).toEqual({ code: 0, reason: 'stopped' });
  });

  test('ends with code 3 when superseded, and with 1 when recovery fails', async () => {
    const first = run();
    await vi.waitFor(() => expect(first.said).toContain('host.recovered'));
    first.host.send({ type: 'host.superseded' });
    expect(first.host.getSnapshot().output?.code).toBe(3);
    const second = run(async () => {
      throw new Error('no table');
    });
    await vi.waitFor(() => expect(second.host.getSnapshot().status).toBe('done'));
    expect(second.host.getSnapshot().output).toEqual({ code: 1, reason: 'recovery failed: no table' });
  });
});

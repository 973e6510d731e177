import { describe, expect, it } from 'vitest';
import { type AnyActorRef, createActor, fromCallback, fromPromise, setup } from 'xstate';
import { reap, reapChildren } from '../../src/log/reaper.ts';

/** A machine whose action throws, with one child of every kind, under a parent that may handle its death. */
function family(handled: boolean) {
  const ended: string[] = [];
  const live = (name: string) => fromCallback(() => () => void ended.push(name));
  const nested = setup({ actors: { deep: live('deep') } }).createMachine({
    invoke: { src: 'deep', id: 'deep' },
  });
  const mortal = setup({
    actors: {
      callback: live('callback'),
      promise: fromPromise(({ signal }) => {
        signal.addEventListener('abort', () => ended.push('promise'));
        return new Promise(() => {});
      }),
      nested,
    },
    actions: {
      fail: () => {
        throw new Error('a bug');
      },
    },
  }).createMachine({
    id: 'mortal',
    invoke: [
      { src: 'callback', id: 'callback' },
      { src: 'promise', id: 'promise' },
      { src: 'nested', id: 'nested' },
    ],
    on: { die: { actions: 'fail' } },
  });
  const parent = setup({ actors: { mortal, other: live('other') } }).createMachine({
    invoke: [
      handled
        ? { src: 'mortal', id: 'mortal', onError: { target: '.bereaved' } }
        : { src: 'mortal', id: 'mortal' },
      { src: 'other', id: 'other' },
    ],
    initial: 'happy',
    states: { happy: {}, bereaved: { entry: () => void ended.push('parent heard') } },
  });
  return { mortal, parent, ended };
}

const ALL = ['callback', 'deep', 'promise'];

describe('reap', () => {
  it('without it XState leaves the children of a dead machine running', () => {
    const { parent, ended } = family(true);
    const actor = createActor(parent).start();
    (actor.getSnapshot().children.mortal as AnyActorRef).send({ type: 'die' });
    expect(ended).toEqual(['parent heard']);
    actor.stop();
  });

  it('LOG-20 the children of a machine that died are stopped before its parent hears of it', () => {
    const { parent, ended } = family(true);
    const actor = createActor(parent, { inspect: reap }).start();
    (actor.getSnapshot().children.mortal as AnyActorRef).send({ type: 'die' });
    expect(ended.slice(0, -1).sort()).toEqual(ALL);
    expect(ended.at(-1)).toBe('parent heard');
    expect(actor.getSnapshot()).toMatchObject({ status: 'active', value: 'bereaved' });
    actor.stop();
    expect(ended.at(-1)).toBe('other');
  });

  it('LOG-20 also when the death takes the parent with it', () => {
    const { parent, ended } = family(false);
    const actor = createActor(parent, { inspect: reap });
    actor.subscribe({ error: () => {} });
    actor.start();
    (actor.getSnapshot().children.mortal as AnyActorRef).send({ type: 'die' });
    expect(actor.getSnapshot().status).toBe('error');
    expect(ended.sort()).toEqual([...ALL, 'other'].sort());
  });

  it('LOG-20 the death of an effect stops nothing else', async () => {
    const ended: string[] = [];
    const machine = setup({
      actors: {
        failing: fromPromise(() => Promise.reject(new Error('no'))),
        other: fromCallback(() => () => void ended.push('other')),
      },
    }).createMachine({
      invoke: [
        { src: 'failing', id: 'failing', onError: { target: '.told' } },
        { src: 'other', id: 'other' },
      ],
      initial: 'waiting',
      states: { waiting: {}, told: {} },
    });
    const actor = createActor(machine, { inspect: reap }).start();
    await expect.poll(() => actor.getSnapshot().value).toBe('told');
    expect(ended).toEqual([]);
    actor.stop();
  });
});

describe('reapChildren', () => {
  it('LOG-20 stops the children of a root that died', () => {
    const { mortal, ended } = family(true);
    const actor = createActor(mortal);
    actor.subscribe({ error: () => reapChildren(actor) });
    actor.start();
    actor.send({ type: 'die' });
    expect(ended.sort()).toEqual(ALL);
  });

  it('LOG-20 leaves a living machine alone', () => {
    const { mortal, ended } = family(true);
    const actor = createActor(mortal).start();
    reapChildren(actor);
    expect(ended).toEqual([]);
    actor.stop();
  });
});

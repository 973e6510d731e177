import { createInspector, type StatelyInspectionEvent } from '@statelyai/inspect';
import { describe, expect, it, vi } from 'vitest';
import { createActor, fromPromise, setup } from 'xstate';
import { ActorTale } from '../../../inspector/stately/actor-tale.ts';

const child = setup({}).createMachine({
  id: 'cup',
  initial: 'empty',
  states: { empty: { on: { fill: 'full' } }, full: { type: 'final' } },
});
const kettle = setup({ actors: { child, boil: fromPromise(() => Promise.resolve('hot')) } }).createMachine({
  id: 'kettle',
  initial: 'cold',
  context: { cups: 0 },
  states: {
    cold: { invoke: { id: 'boil', src: 'boil', onDone: 'hot' } },
    hot: {
      invoke: { id: 'cup', src: 'child', onDone: 'done' },
      on: { pour: { actions: ({ self }) => self } },
    },
    done: { type: 'final' },
  },
});

/** The same run, as the package tells it and as we do. */
async function toldOf(): Promise<{
  theirs: StatelyInspectionEvent[];
  ours: StatelyInspectionEvent[];
  tale: ActorTale;
}> {
  const theirs: StatelyInspectionEvent[] = [];
  const ours: StatelyInspectionEvent[] = [];
  const inspector = createInspector({ send: (event) => theirs.push(event) });
  const tale = new ActorTale(
    (text) => ours.push(JSON.parse(text()) as StatelyInspectionEvent),
    () => 7,
  );
  const actor = createActor(kettle, {
    inspect: (event) => {
      tale.observe('kitchen', event);
      inspector.inspect.next?.(event);
    },
  });
  actor.start();
  await vi.waitFor(() => expect(actor.getSnapshot().value).toBe('hot'));
  actor.send({ type: 'pour' });
  actor.getSnapshot().children.cup?.send({ type: 'fill' });
  await vi.waitFor(() => expect(theirs.some((event) => isEnd(event))).toBe(true));
  return { theirs, ours, tale };
}

const isEnd = (event: StatelyInspectionEvent) =>
  event.type === '@xstate.snapshot' && event.snapshot.status === 'done' && event.event.type.includes('cup');

describe('what is told', () => {
  it('INSP-30 is what the package itself tells, message by message', async () => {
    const { theirs, ours } = await toldOf();
    const named = new Map<string, string>();
    for (const list of [theirs, ours])
      for (const event of list)
        if (event.type === '@xstate.actor' && !named.has(event.sessionId))
          named.set(event.sessionId, event.name === 'kitchen' ? 'kettle' : event.name);
    const brief = (event: StatelyInspectionEvent) => [
      event.type,
      named.get(event.sessionId),
      ...('event' in event ? [event.event.type] : []),
      ...(event.type === '@xstate.event' ? [named.get(event.sourceId ?? '') ?? null] : []),
      ...(event.type === '@xstate.snapshot' ? [event.snapshot.status, stateOf(event)] : []),
      ...(event.type === '@xstate.actor' ? [named.get(event.parentId ?? '') ?? null] : []),
    ];
    expect(ours.map(brief)).toEqual(theirs.map(brief));
    for (const [index, theirEvent] of theirs.entries()) {
      const own = new Set(Object.keys(ours[index] ?? {}));
      for (const [key, value] of Object.entries(theirEvent))
        if (value !== undefined) expect(own).toContain(key);
    }
  });

  it('INSP-30 names each root by itself and its actors below it, with their machines', async () => {
    const { ours } = await toldOf();
    const actors = ours.filter((event) => event.type === '@xstate.actor');
    expect(
      actors.map(({ name, sessionId, parentId, rootId }) => [name, sessionId, parentId, rootId]),
    ).toEqual([
      ['kitchen', 'actor-1', undefined, 'actor-1'],
      ['boil', 'actor-2', 'actor-1', 'actor-1'],
      ['cup', 'actor-3', 'actor-1', 'actor-1'],
    ]);
    expect(actors.map(({ definition }) => JSON.parse(definition ?? '').id)).toEqual([
      'kettle',
      'boil',
      'cup',
    ]);
    expect(JSON.parse(actors[0]?.definition ?? '').states.hot.on.pour.actions).toEqual({ type: 'actions' });
    expect(new Set(ours.map(({ id }) => id)).size).toBe(ours.length);
    expect(ours.every(({ createdAt }) => createdAt === '7')).toBe(true);
  });
});

describe('what lives', () => {
  it('INSP-30 is introduced parents first, as it is now; what is over is not', () => {
    const tale = new ActorTale(
      () => undefined,
      () => 0,
    );
    const actor = createActor(kettle, { inspect: (event) => tale.observe('kitchen', event) });
    actor.start();
    const living = () => tale.living().map((text) => JSON.parse(text));
    expect(living()).toMatchObject([
      {
        type: '@xstate.actor',
        name: 'kitchen',
        snapshot: { status: 'active', value: 'cold', context: { cups: 0 } },
      },
      { type: '@xstate.actor', name: 'boil', parentId: 'actor-1' },
    ]);
    expect(tale.leftOut(3).map((text) => JSON.parse(text))).toMatchObject([
      { type: '@xstate.event', sessionId: 'actor-1', event: { type: 'inspector.leftOut', messages: 3 } },
    ]);
    actor.stop();
    expect(living()).toEqual([]);
    expect(tale.leftOut(3)).toEqual([]);
  });

  it('INSP-30 a root that left without a word is told as stopped, with all below it', () => {
    const told: { type: string; snapshot?: { status: string } }[] = [];
    const tale = new ActorTale(
      (text) => told.push(JSON.parse(text())),
      () => 0,
    );
    createActor(kettle, { inspect: (event) => tale.observe('kitchen', event) }).start();
    told.length = 0;
    tale.gone('garden');
    expect(told).toEqual([]);
    tale.gone('kitchen');
    expect(told).toMatchObject([
      { type: '@xstate.snapshot', snapshot: { status: 'stopped' } },
      { type: '@xstate.snapshot', snapshot: { status: 'stopped' } },
    ]);
    expect(tale.living()).toEqual([]);
  });
});

function stateOf(event: StatelyInspectionEvent): unknown {
  return event.type === '@xstate.snapshot' ? ((event.snapshot as { value?: unknown }).value ?? null) : null;
}

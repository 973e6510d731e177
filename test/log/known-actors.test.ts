import { describe, expect, it } from 'vitest';
import { type AnyActorRef, type AnyStateMachine, createActor, fromCallback, setup, spawnChild } from 'xstate';
import { KnownActors } from '../../src/log/known-actors.ts';

const idle = fromCallback(() => {});
const inner = setup({ actors: { tool: idle } }).createMachine({ invoke: { src: 'tool', id: 'run/1%' } });
const outer = setup({ actors: { inner, model: idle } }).createMachine({
  invoke: [
    { src: 'inner', id: 'batch' },
    { src: 'model', id: '.' },
  ],
  entry: spawnChild(idle as never, { id: 'odd' }),
});

function known() {
  const root = createActor(outer as AnyStateMachine).start();
  const actors = new KnownActors((src) => (src === 'tool' ? 'tool' : 'actor'));
  const child = (id: string, of: AnyActorRef = root) => of.getSnapshot().children[id] as AnyActorRef;
  return {
    root,
    batch: child('batch'),
    tool: child('run/1%', child('batch')),
    child,
    of: (ref: AnyActorRef) => actors.of(ref),
  };
}

describe('KnownActors', () => {
  it('LOG-26 the path is made of ids, the same in every run', () => {
    const paths = [known(), known()].map(({ root, batch, tool, of }) =>
      [root, batch, tool].map((ref) => of(ref).path),
    );
    expect(paths[0]).toEqual(['"."', '"batch"', '"batch/run%2F1%25"']);
    expect(paths[1]).toEqual(paths[0]);
  });

  it('LOG-26 no id can pose as the path of another actor', () => {
    const { of, child } = known();
    expect(of(child('.')).path).toBe('"%2E"');
  });

  it('LOG-19 an actor of another root is refused', () => {
    const { root, of } = known();
    of(root);
    expect(() => of(known().root)).toThrow('roots talk through ports');
  });

  it('LOG-15 an effect actor has its name and label, a machine is one', () => {
    const { root, batch, tool, child, of } = known();
    expect(of(root)).toMatchObject({ isMachine: true, isRoot: true, label: 'actor' });
    expect(of(batch)).toMatchObject({ isMachine: true, isRoot: false, src: 'inner' });
    expect(of(tool)).toMatchObject({ isMachine: false, src: 'tool', label: 'tool' });
    expect(of(child('odd'))).toMatchObject({ src: '(inline)', label: 'actor' });
    expect(of(child('odd'))).toBe(of(child('odd')));
  });
});

import { describe, expect, test } from 'vitest';
import { setup } from 'xstate';
import { describeMachine } from '../../../inspector/layout/describe-machine.ts';
import { labelLines } from '../../../inspector/layout/label.ts';
import { machineList } from '../../../inspector/layout/machine-list.ts';
import { connectionMachine } from '../../../machines/connection.ts';
import { runMachine } from '../../../machines/run.ts';

const small = setup({
  types: { events: {} as { type: 'go'; far: boolean } | { type: 'poke' } },
  actions: { sing: () => undefined, rest: () => undefined },
  guards: { isFar: () => true, is: (_, __: { what: string }) => true },
  delays: { nap: 1500, age: () => 3 },
}).createMachine({
  id: 'small',
  initial: 'here',
  on: { poke: { actions: 'sing' } },
  states: {
    here: {
      id: 'named',
      tags: ['near'],
      meta: { why: 'resting', who: 'anyone' },
      entry: 'rest',
      exit: [{ type: 'sing' }],
      on: {
        go: [
          { guard: 'isFar', target: 'there', actions: ['sing', 'rest'] },
          { guard: { type: 'is', params: { what: 'odd' } }, target: '#named', reenter: true },
          { target: 'end' },
        ],
      },
      after: { nap: 'there', age: 'end', 7: 'end' },
    },
    there: { type: 'parallel', always: { target: 'end' }, states: { left: {}, right: {} }, onDone: 'end' },
    end: { type: 'final' },
  },
});

describe('a machine as data', () => {
  const shape = describeMachine(small);

  test('INSP-1 its states, each with its parent, kind, start, reason, tags and actions', () => {
    expect(shape.states.map(({ id, parent, kind }) => [id, parent, kind])).toEqual([
      ['small', null, 'compound'],
      ['small.here', 'small', 'atomic'],
      ['small.there', 'small', 'parallel'],
      ['small.there.left', 'small.there', 'atomic'],
      ['small.there.right', 'small.there', 'atomic'],
      ['small.end', 'small', 'final'],
    ]);
    expect(shape.states[0]).toMatchObject({ initial: 'small.here', why: null, who: null });
    expect(shape.states[1]).toEqual({
      id: 'small.here',
      key: 'here',
      parent: 'small',
      kind: 'atomic',
      initial: null,
      why: 'resting',
      who: 'anyone',
      tags: ['near'],
      entry: ['rest'],
      exit: ['sing'],
      invokes: [],
    });
  });

  test('INSP-1 its transitions, each with event, guard, delay and actions by name', () => {
    const told = shape.transitions.map((transition) => [
      transition.from,
      labelLines(transition).join(' '),
      transition.to,
    ]);
    expect(told.sort()).toEqual(
      [
        ['small', 'poke', null],
        ['small.here', 'after 7 (7 ms)', 'small.end'],
        ['small.here', 'after age', 'small.end'],
        ['small.here', 'after nap (1500 ms)', 'small.there'],
        ['small.here', 'go [isFar]', 'small.there'],
        ['small.here', 'go [is odd]', 'small.here'],
        ['small.here', 'go [else]', 'small.end'],
        ['small.there', '', 'small.end'],
        ['small.there', 'small.there done', 'small.end'],
      ].sort(),
    );
    expect(shape.transitions.find(({ guard }) => guard === 'isFar')).toMatchObject({
      kind: 'event',
      name: 'go',
      actions: ['sing', 'rest'],
      reenter: false,
    });
    expect(shape.transitions.find(({ guard }) => guard === 'is odd')).toMatchObject({ reenter: true });
  });

  test('what a state invokes, and what follows when it is done or fails', () => {
    const run = describeMachine(runMachine);
    expect(run.states.find(({ key }) => key === 'withdrawing')?.invokes).toEqual([
      { id: 'withdraw', src: 'commitRun' },
    ]);
    const after = run.transitions.filter(({ name }) => name === 'withdraw').map(({ kind, to }) => [kind, to]);
    expect(after).toEqual([
      ['done', 'run.requiresApproval'],
      ['done', 'run.cancelled'],
      ['error', 'run.requiresApproval'],
    ]);
  });

  test('a target by its own id is the state at its place', () => {
    const { transitions } = describeMachine(connectionMachine);
    const lost = transitions.find(({ name }) => name === 'heartbeat.lost');
    expect(lost).toMatchObject({
      from: 'connection.attached.link.socketed.connected',
      to: 'connection.attached.link.backoff',
    });
  });
});

describe.each(machineList.map(({ machine }) => [machine.id, machine] as const))('%s', (_, machine) => {
  const shape = describeMachine(machine);

  test('every transition has an id of its own and leads to a state there is', () => {
    const ids = shape.transitions.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const states = new Set(shape.states.map(({ id }) => id));
    for (const { from, to } of shape.transitions) {
      expect(states).toContain(from);
      if (to !== null) expect(states).toContain(to);
    }
  });

  test('every action and guard has a name', () => {
    const names = [
      ...shape.states.flatMap(({ entry, exit }) => [...entry, ...exit]),
      ...shape.transitions.flatMap(({ guard, actions }) => [guard ?? 'none', ...actions]),
    ];
    expect(names).not.toContain('(inline)');
    expect(names.filter((name) => name.startsWith('xstate.'))).toEqual([]);
  });

  test('it is plain data', () => {
    expect(JSON.parse(JSON.stringify(shape))).toEqual(shape);
  });
});

import { describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { describeMachine } from '../../../inspector/layout/describe-machine.ts';
import { machineList } from '../../../inspector/layout/machine-list.ts';
import { toMermaid } from '../../../inspector/layout/mermaid.ts';

const odd = createMachine({
  id: 'odd',
  initial: 'one',
  on: { LEAVE: '.two' },
  states: {
    one: {
      initial: 'inner',
      states: { inner: { on: { UP: '#odd.one', OVER: '#odd.two.left.deep' } } },
    },
    two: {
      type: 'parallel',
      states: { left: { initial: 'deep', states: { deep: {} } }, right: {} },
    },
    three: { type: 'final' },
  },
});

test('INSP-2 nested and parallel states, and arrows that Mermaid can draw', () => {
  expect(toMermaid(describeMachine(odd))).toBe(`stateDiagram-v2
  [*] --> odd_one
  state "one" as odd_one {
    [*] --> odd_one_inner
    state "inner" as odd_one_inner
    odd_one_inner --> odd_one_inner: UP
  }
  state "two" as odd_two {
    state "left" as odd_two_left {
      [*] --> odd_two_left_deep
      state "deep" as odd_two_left_deep
    }
    --
    state "right" as odd_two_right
  }
  state "three" as odd_three
  state "any state" as odd_any
  odd_any --> odd_two: LEAVE
  odd_one_inner --> odd_two_left_deep: OVER
  odd_three --> [*]
`);
});

describe.each(machineList.map(({ machine }) => [machine.id, machine] as const))('%s', (_, machine) => {
  const shape = describeMachine(machine);
  const lines = toMermaid(shape)
    .split('\n')
    .map((line) => line.trim());
  const declared = lines.flatMap((line) => /^state ".+" as (\w+)/.exec(line)?.[1] ?? []);

  test('INSP-2 every state is declared once, and every brace that opens closes', () => {
    expect(new Set(declared).size).toBe(declared.length);
    expect(lines.filter((line) => line.endsWith('{')).length).toBe(
      lines.filter((line) => line === '}').length,
    );
    for (const { id, parent } of shape.states)
      if (parent !== null) expect(declared).toContain(id.replaceAll('.', '_'));
  });

  test('INSP-2 every arrow joins states that are declared, none of them within the other', () => {
    const arrows = lines.flatMap((line) => {
      const found = /^(\S+) --> (\S+?)(?::|$)/.exec(line);
      return found ? [[found[1], found[2]] as const] : [];
    });
    expect(arrows.length).toBeGreaterThan(0);
    for (const [from, to] of arrows) {
      for (const end of [from, to]) if (end !== '[*]') expect(declared).toContain(end);
      expect(from !== to && (from?.startsWith(`${to}_`) || to?.startsWith(`${from}_`))).toBe(false);
    }
  });
});

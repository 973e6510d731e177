import { describe, expect, test } from 'vitest';
import { createMachine } from 'xstate';
import { describeMachine } from '../../../inspector/layout/describe-machine.ts';
import { machineList } from '../../../inspector/layout/machine-list.ts';
import { readLayout } from '../../../inspector/layout/read-layout.ts';
import { toSvg } from '../../../inspector/layout/svg.ts';

describe.each(machineList.map(({ machine }) => [machine.id, machine] as const))('%s', (id, machine) => {
  const shape = describeMachine(machine);
  const svg = toSvg(shape, readLayout(id));

  test('INSP-3 the picture shows every state by its name, and every arrow with its event and guard', () => {
    for (const state of shape.states) {
      expect(svg).toContain(`data-state="${state.id}"`);
      expect(svg).toContain(`>${state.key}</text>`);
    }
    for (const { label } of readLayout(id).edges)
      for (const line of label) expect(svg).toContain(`>${line.replaceAll('>', '&gt;')}</tspan>`);
  });

  test('INSP-3 it stands alone: nothing in it is fetched or runs', () => {
    expect(svg.replace('http://www.w3.org/2000/svg', '')).not.toMatch(
      /https?:|<script|@import|url\((?!#)| on\w+=/,
    );
  });

  test('every tag that opens closes', () => {
    for (const tag of ['svg', 'g', 'text', 'tspan', 'title', 'defs', 'style', 'marker'])
      expect(svg.split(new RegExp(`<${tag}[ >]`)).length).toBe(svg.split(`</${tag}>`).length);
  });
});

test('the names of a machine cannot break out of the picture', () => {
  const shape = describeMachine(
    createMachine({ id: 'odd', initial: '<b>&"', states: { '<b>&"': { meta: { why: '</title>' } } } }),
  );
  const svg = toSvg(shape, {
    width: 9,
    height: 9,
    states: Object.fromEntries(shape.states.map(({ id }) => [id, [0, 0, 9, 9]])),
    edges: [],
  });
  expect(svg).toContain('>&lt;b&gt;&amp;&quot;</text>');
  expect(svg).not.toMatch(/<b>|why: <\/title>/);
});

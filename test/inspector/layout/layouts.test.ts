import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { describeMachine } from '../../../inspector/layout/describe-machine.ts';
import { drawnEdges } from '../../../inspector/layout/drawn-edges.ts';
import type { Box } from '../../../inspector/layout/layout.ts';
import { machineList } from '../../../inspector/layout/machine-list.ts';
import { CHAR_WIDTH, LABEL_CHAR_WIDTH, LABEL_LINE, stateLines } from '../../../inspector/layout/measures.ts';
import { readLayout } from '../../../inspector/layout/read-layout.ts';
import { computeLayouts, layoutsText } from '../../../scripts/layout.ts';

const FILE = join(import.meta.dirname, '../../../inspector/layouts.json');

test('INSP-5 inspector/layouts.json is what the machines make; npm run layouts writes it', async () => {
  expect(readFileSync(FILE, 'utf8')).toBe(layoutsText(await computeLayouts()));
});

test('a machine that was not laid out is refused with the way out', () => {
  expect(() => readLayout('nothing')).toThrow('no layout of "nothing"; npm run layouts makes it');
});

describe.each(machineList.map(({ machine }) => [machine.id, machine] as const))('%s', (id, machine) => {
  const shape = describeMachine(machine);
  const layout = readLayout(id);
  const labels = layout.edges.flatMap(({ box }) => (box ? [box] : []));
  const leaves = shape.states.filter((state) => !shape.states.some(({ parent }) => parent === state.id));

  test('INSP-4 every state and arrow has its place, children within their parents, all within the drawing', () => {
    expect(Object.keys(layout.states).sort()).toEqual(shape.states.map((state) => state.id).sort());
    expect(layout.edges.map((edge) => edge.id)).toEqual(drawnEdges(shape).map((edge) => edge.id));
    const whole: Box = [0, 0, layout.width, layout.height];
    for (const { id: state, parent } of shape.states)
      expect(isWithin(layout.states[state]!, parent ? layout.states[parent]! : whole)).toBe(true);
    for (const box of labels) expect(isWithin(box, whole)).toBe(true);
    for (const { points } of layout.edges) expect(points.length).toBeGreaterThan(1);
  });

  test('INSP-4 no label lies on another one or on a state', () => {
    for (const [at, label] of labels.entries()) {
      for (const other of labels.slice(at + 1)) expect(overlap(label, other)).toBe(false);
      for (const state of leaves) expect(overlap(label, layout.states[state.id]!)).toBe(false);
    }
  });

  test('INSP-4 no line passes through the text of a label', () => {
    for (const { points } of layout.edges)
      for (const [at, [x, y]] of points.slice(1).entries()) {
        const [fromX, fromY] = points[at]!;
        const line: Box = [Math.min(x, fromX), Math.min(y, fromY), Math.abs(x - fromX), Math.abs(y - fromY)];
        for (const label of labels) expect(overlap(line, label)).toBe(false);
      }
  });

  test('INSP-4 no text is longer than its box', () => {
    for (const state of shape.states) {
      const longest = Math.max(...stateLines(state).map(({ length }) => length));
      expect(longest * CHAR_WIDTH).toBeLessThanOrEqual(layout.states[state.id]![2]);
    }
    for (const { label, box } of layout.edges) {
      if (!box) continue;
      expect(Math.max(...label.map(({ length }) => length)) * LABEL_CHAR_WIDTH).toBeLessThanOrEqual(box[2]);
      expect(label.length * LABEL_LINE).toBeLessThanOrEqual(box[3]);
    }
  });
});

function isWithin([x, y, width, height]: Box, [left, top, wide, high]: Box): boolean {
  return x >= left && y >= top && x + width <= left + wide && y + height <= top + high;
}

function overlap([ax, ay, aw, ah]: Box, [bx, by, bw, bh]: Box): boolean {
  return ax < bx + bw && bx < ax + aw && ay < by + bh && by < ay + ah;
}

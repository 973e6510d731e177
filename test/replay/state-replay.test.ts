import { describe, expect, it } from 'vitest';
import { createReplay } from '../../src/replay/create-replay.ts';
import { readText } from '../../src/replay/read-text.ts';
import { StateReplay } from '../../src/replay/state-replay.ts';
import { readUntil } from '../../src/replay/until.ts';
import { golden, lineOf, linesOf, withLine } from './golden.ts';

function stateAt(text: string, until: string) {
  const place = readUntil(until);
  if (!place.ok) throw new Error(place.reason);
  const replay = new StateReplay(place.isBehind);
  let read = 0;
  for (const entry of readText(text, 'a.log')) {
    read += 1;
    if (!replay.push(entry)) break;
  }
  return { ...replay.result(), read };
}

const brief = (states: { root: string; path: string; value: unknown }[]) =>
  states.map(({ root, path, value }) => `${root} ${path} ${JSON.stringify(value)}`).sort();

describe('the states at a place', () => {
  it.each(['approval-over-a-restart', 'parallel-tools', 'reconnect-in-mid-stream', 'supersede'])(
    'REPLAY-10 of %s are those that stepping there shows',
    (name) => {
      const text = golden(name);
      const replay = createReplay(readText(text, 'a.log'));
      for (let position = 0; position <= replay.lines.length; position += 7) {
        replay.seek(position);
        const there = stateAt(text, String(position));
        expect(there.position).toBe(position);
        expect(brief(there.states), `after line ${position}`).toEqual(brief(replay.states()));
      }
    },
  );

  it('REPLAY-21 no more is read than the steps need that are open there', () => {
    const merging = golden('queue-merging');
    const { read } = stateAt(merging.repeat(3), '20');
    expect(read).toBeLessThan(merging.split('\n').length);
  });

  it('REPLAY-10 a place behind the end is the end; the time of a line is a place', () => {
    const text = golden('supersede');
    const last = linesOf('supersede');
    expect(stateAt(text, '999').position).toBe(last);
    expect(stateAt(text, '23:59').position).toBe(last);
    expect(stateAt(text, '00:00').position).toBe(last);
  });
});

describe('what is wrong', () => {
  const merging = golden('queue-merging');
  const at = lineOf(merging, '"disposition":"queued"', '→ out');
  const altered = withLine(merging, at, (line) => [line.replace('"queued"', '"lost"')]);

  it('REPLAY-2 a divergence before the place is told, one behind it is not', () => {
    expect(stateAt(altered, String(at - 1))).not.toHaveProperty('divergence');
    const there = stateAt(altered, String(at));
    expect(there.divergence).toMatchObject({ position: at, root: 'conversation:conv-1' });
    expect(there.divergence?.around.some(({ position }) => position === at)).toBe(true);
    expect(there.states.filter(({ root }) => root === 'conversation:conv-1')).toEqual([]);
    expect(stateAt(altered, '999').divergence).toMatchObject({ position: at });
  });

  it('REPLAY-6 so it is with damage', () => {
    const damaged = withLine(merging, 60, (line) => [line.slice(0, -1)]);
    expect(stateAt(damaged, '40')).not.toHaveProperty('damaged');
    expect(stateAt(damaged, '80').damaged).toMatchObject({ line: 60 });
  });

  it('REPLAY-18 a root that was opened before what was read is passed over', () => {
    const headless = merging.split('\n').slice(3).join('\n');
    expect(stateAt(headless, '999')).not.toHaveProperty('divergence');
  });
});

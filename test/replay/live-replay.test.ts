import { describe, expect, it } from 'vitest';
import { createLiveReplay, createReplay, type Replay } from '../../src/replay/create-replay.ts';
import { readText } from '../../src/replay/read-text.ts';
import { golden } from './golden.ts';

const NAMES = [
  'approval-over-a-restart',
  'abort-in-every-state',
  'parallel-tools',
  'reconnect-in-mid-stream',
];
const linesOf = (name: string) => golden(name).split('\n').slice(0, -1);
/** As text: actors that stand in contexts have other ids in each run. */
const statesAt = (replay: Replay, position: number): string => {
  replay.seek(position);
  const states = replay
    .states()
    .map(({ root, path, value, context, timers }) => [root, path, value, context, timers]);
  return JSON.stringify(states).replace(/"x:\d+"/g, '"x"');
};

describe('a session that goes on', () => {
  it.each(NAMES)('INSP-20 shows at every line what the whole recording shows there: %s', (name) => {
    const lines = linesOf(name);
    const whole = createReplay(readText(`${lines.join('\n')}\n`));
    const live = createLiveReplay();
    for (const [at, line] of lines.entries()) {
      live.push(readText(`${line}\n`, '', at + 1));
      expect(live.lines.length).toBeLessThanOrEqual(at + 1);
      const position = live.lines.length;
      expect(statesAt(live, position)).toBe(statesAt(whole, position));
    }
    live.end();
    expect(live.lines).toHaveLength(lines.length);
    expect(live.divergence).toBeUndefined();
    expect(statesAt(live, 9)).toBe(statesAt(whole, 9));
  });

  it('INSP-20 a step waits until no line came for it between two looks', () => {
    const lines = linesOf('retry-ladder');
    const live = createLiveReplay();
    const push = (from: number, to: number) =>
      live.push(readText(`${lines.slice(from, to).join('\n')}\n`, '', from + 1));
    const opened = lines.findIndex((line) => line.includes('"machine":"host"'));
    push(0, opened + 1);
    expect(live.lines).toHaveLength(opened);
    live.settle();
    expect(live.lines).toHaveLength(opened);
    live.settle();
    expect(live.lines).toHaveLength(opened + 1);
    expect(statesAt(live, opened + 1)).toContain('["host",".","starting"');
  });

  it('INSP-20 what ends a root after its last step was taken for whole ends it all the same', () => {
    const lines = linesOf('retry-ladder');
    const ended = lines.findIndex((line) => line.includes('· ended') && line.includes('"root":"host"'));
    const live = createLiveReplay();
    live.push(readText(`${lines.slice(0, ended).join('\n')}\n`));
    live.settle();
    live.settle();
    expect(statesAt(live, ended)).toContain('"host"');
    live.push(readText(`${lines[ended]}\n`, '', ended + 1));
    expect(statesAt(live, ended + 1)).not.toContain('["host"');
    expect(live.divergence).toBeUndefined();
  });

  it('INSP-20 what came from inside a step after the step was taken for whole is told', () => {
    const lines = linesOf('supersede');
    const nested = lines.findIndex((line) => line.includes('"nested":true'));
    const live = createLiveReplay();
    live.push(readText(`${lines.slice(0, nested).join('\n')}\n`));
    live.settle();
    live.settle();
    expect(live.isLate).toBe(false);
    live.push(readText(`${lines[nested]}\n`, '', nested + 1));
    expect(live.isLate).toBe(true);
  });

  it('INSP-20 a line that is damaged ends it there', () => {
    const live = createLiveReplay();
    const lines = linesOf('retry-ladder');
    live.push(readText(`${lines.slice(0, 10).join('\n')}\nnonsense\n`));
    live.push(readText(`${lines[10]}\n`, '', 12));
    live.end();
    expect(live.damaged).toMatchObject({ line: 11 });
    expect(live.lines).toHaveLength(10);
  });
});

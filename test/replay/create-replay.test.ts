import { describe, expect, it } from 'vitest';
import { type ActorState, createReplay, type Replay } from '../../src/replay/create-replay.ts';
import { readText } from '../../src/replay/read-text.ts';
import { showValue } from '../../src/replay/show-step.ts';
import { golden, lineOf, replayText, withLine } from './golden.ts';

const approval = golden('approval-over-a-restart');
const open = (text: string): Replay => createReplay(readText(text, 'a.log'));
const brief = (states: ActorState[]): string[] =>
  states.map(({ root, path, value, src }) => `${root} ${path} ${value === null ? src : showValue(value)}`);

describe('stepping', () => {
  it('REPLAY-12 each line is a step, with what its machines went through', () => {
    const replay = open(approval);
    const steps = [];
    for (let step = replay.next(); step; step = replay.next()) steps.push(step);
    expect(steps).toHaveLength(replay.lines.length);
    expect(replay.position).toBe(replay.lines.length);
    expect(replay.next()).toBeNull();
    const asked = steps[lineOf(approval, 'xstate.done.actor.classify') - 1];
    expect(asked?.root).toBe('conversation:conv-1');
    expect(asked?.moves).toContainEqual({
      root: 'conversation:conv-1',
      path: 'turn',
      from: 'classifying',
      to: { tools: 'awaitingApproval' },
    });
    expect(asked?.moves).toContainEqual({
      root: 'conversation:conv-1',
      path: 'turn/batch/call:call-1',
      from: null,
      to: 'awaitingApproval',
    });
    expect(steps[0]).toMatchObject({ root: null, moves: [], divergence: null });
  });

  it('REPLAY-12 the actors that live are there with their states, contexts and effects', () => {
    const replay = open(approval);
    replay.seek(lineOf(approval, 'xstate.done.actor.classify'));
    const states = replay.states();
    expect(brief(states)).toEqual([
      'host . running',
      'conversation:conv-1 . running.going',
      'conversation:conv-1 outbox outbox',
      'conversation:conv-1 desk desk',
      'conversation:conv-1 turn tools.awaitingApproval',
      'conversation:conv-1 turn/batch open.waiting',
      'conversation:conv-1 turn/batch/call:call-1 awaitingApproval',
      'conversation:conv-1 turn/batch/call:call-2 awaitingApproval',
    ]);
    const call = states.find(({ path }) => path.endsWith('call-1'));
    expect(call).toMatchObject({ kind: 'machine', status: 'active', src: 'toolCall' });
    expect(call?.context).toMatchObject({ args: { command: 'rm -r build' } });
    expect(states.find(({ path }) => path === 'desk')).toMatchObject({ kind: 'effect', value: null });
  });

  it('REPLAY-12 going back shows at each line what going forwards showed', () => {
    const forwards = open(approval);
    const seen = [forwards.states()];
    while (forwards.next()) seen.push(forwards.states());
    for (let at = seen.length - 1; at >= 0; at--) {
      forwards.seek(at);
      expect(forwards.position).toBe(at);
      expect(forwards.states()).toEqual(seen[at]);
    }
    const step = forwards.next();
    expect(step?.line.position).toBe(1);
    const jumped = open(approval);
    jumped.seek(120);
    expect(brief(jumped.states())).toEqual(brief(seen[120] ?? []));
    jumped.seek(40);
    expect(brief(jumped.states())).toEqual(brief(seen[40] ?? []));
  });

  it('REPLAY-12 a step taken a second time tells the same', () => {
    const replay = open(approval);
    replay.seek(20);
    const first = [replay.next(), replay.next(), replay.next()];
    replay.seek(20);
    expect([replay.next(), replay.next(), replay.next()]).toEqual(first);
  });

  it('REPLAY-12 places outside are the ends', () => {
    const replay = open(approval);
    replay.seek(1e9);
    expect(replay.position).toBe(replay.lines.length);
    replay.seek(-3);
    expect(replay.position).toBe(0);
    expect(replay.states()).toEqual([]);
  });

  it('REPLAY-4 what the process had alive is gone when the next one begins', () => {
    const replay = open(approval);
    const second = approval.split('\n').findIndex((line, at) => at > 0 && line.includes('"session":"2026'));
    replay.seek(second);
    expect(replay.states().length).toBeGreaterThan(3);
    replay.seek(second + 1);
    expect(replay.states()).toEqual([]);
    replay.seek(replay.lines.length);
    expect(replay.states()).toEqual([]);
  });
});

describe('divergence and damage', () => {
  const at = lineOf(approval, '"type":"approval.decided"') + 1;
  const changed = withLine(approval, at, (line) => [line.replace('"approve":true', '"approve":"so"')]);

  it('REPLAY-2 shows when its line is reached, and not before it', () => {
    const replay = open(changed);
    replay.seek(at - 1);
    expect(replay.divergence).toBeUndefined();
    expect(replay.next()?.divergence).toMatchObject({ line: at });
    expect(replay.divergence).toEqual(replayText(changed).divergence);
    replay.seek(0);
    expect(replay.divergence).toBeUndefined();
  });

  it('REPLAY-6 the lines before the damage can be stepped through', () => {
    const replay = open(withLine(approval, 50, (line) => [line.slice(0, -1)]));
    expect(replay.damaged).toMatchObject({ line: 50 });
    expect(replay.lines).toHaveLength(49);
    replay.seek(49);
    expect(replay.states().length).toBeGreaterThan(0);
  });

  it('REPLAY-18 tells what it passed over', () => {
    const opened = lineOf(approval, '· open', 'conversation:conv-1');
    const replay = open(withLine(approval, opened, () => []));
    replay.seek(replay.lines.length);
    expect(replay.skipped).toMatchObject([{ root: 'conversation:conv-1' }]);
  });
});

import { describe, expect, it } from 'vitest';
import { type AnyStateMachine, createMachine } from 'xstate';
import { conversationMachine } from '../../machines/conversation.ts';
import { turnMachine } from '../../machines/turn.ts';
import { machineTable } from '../../src/replay/machine-table.ts';
import { rewrite } from '../../src/replay/rewrite.ts';
import { golden, lineOf, replayText, withLine } from './golden.ts';

const ladder = golden('retry-ladder');

/** The machines with a turn that says otherwise, or less, when the provider fails. */
function machinesWith(actions: Record<string, unknown>) {
  const turn = turnMachine.provide({ actions: actions as never });
  const conversation = conversationMachine.provide({ actors: { turn } }) as AnyStateMachine;
  return new Map([...machineTable, ['conversation', conversation]]);
}

describe('rewrite', () => {
  it('REPLAY-14 a recording that is equal stays as it is, to the byte', () => {
    expect(rewrite(ladder, 'a.log')).toEqual({ ok: true, text: ladder, changed: 0 });
  });

  it('REPLAY-14 what was altered by hand is as the machines say it again', () => {
    const at = lineOf(ladder, '"message_type":"retry"');
    const altered = withLine(ladder, at, (line) => [line.replace('overloaded', 'underloaded')]);
    expect(rewrite(altered, 'a.log')).toEqual({ ok: true, text: ladder, changed: 1 });
  });

  it('REPLAY-14 a line too many is dropped, one too few is put in', () => {
    const at = lineOf(ladder, '→ stop', 'turn/model');
    const more = withLine(ladder, at, (line) => [line, line]);
    expect(rewrite(more, 'a.log')).toMatchObject({ ok: true, text: ladder, changed: 1 });
    const fewer = rewrite(
      withLine(ladder, at, () => []),
      'a.log',
    );
    expect(fewer).toMatchObject({ ok: true, changed: 1 });
    expect(replayText(fewer.ok ? fewer.text : '')).toMatchObject({ ok: true });
  });

  it('REPLAY-14 after a change of a machine the recording expects what it says now', () => {
    const machines = machinesWith({ showInterruptedRun: () => {} });
    expect(replayText(ladder, { machines }).ok).toBe(false);
    const written = rewrite(ladder, 'a.log', machines);
    expect(written).toMatchObject({ ok: true, changed: 1 });
    const text = written.ok ? written.text : '';
    expect(text).not.toContain(
      '"reason":"hub_restarted","attempt":0,"max_attempts":3,"delay_ms":0,"run_id":"run-2"}}}',
    );
    expect(replayText(text, { machines })).toMatchObject({ ok: true });
    expect(replayText(text).ok).toBe(false);
  });

  it('REPLAY-14 is refused when an input has no place any more', () => {
    const { on: _, ...streaming } = turnMachine.config.states?.sampling ?? {};
    const config = { ...turnMachine.config, states: { ...turnMachine.config.states, sampling: streaming } };
    const turn = createMachine(config as never, turnMachine.implementations as never);
    const conversation = conversationMachine.provide({ actors: { turn: turn as never } }) as AnyStateMachine;
    const machines = new Map([...machineTable, ['conversation', conversation]]);
    const { ok, reason } = rewrite(ladder, 'a.log', machines) as { ok: boolean; reason: string };
    expect(ok).toBe(false);
    expect(reason).toMatch(/^a\.log:\d+: .*; record it again$/);
  });

  it('REPLAY-14 is refused when the file cannot be read to its end', () => {
    const damaged = withLine(ladder, 30, (line) => [line.slice(0, -1)]);
    expect(rewrite(damaged, 'a.log')).toEqual({ ok: false, reason: 'a.log:30 cannot be read' });
    expect(rewrite(ladder.slice(0, -9), 'a.log')).toMatchObject({ ok: false });
    const headless = withLine(ladder, lineOf(ladder, '· open', 'conversation:'), () => []);
    expect(rewrite(headless, 'a.log')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('opened'),
    });
  });
});

import { describe, expect, it } from 'vitest';
import { scenarioWire } from '../../../src/cli/replay/scenario-wire.ts';
import { parseScenario } from '../../../src/replay/scenario/parse-scenario.ts';
import { type PlayResult, playScenario } from '../../../src/replay/scenario/play-scenario.ts';

const HELLO =
  '< {"type":"input","request_id":"in-1","payload":{"kind":"create_message","messages":[{"role":"user","content":"hello","client_message_id":"m-1"}]}}';

function play(...lines: string[]): PlayResult {
  const parsed = parseScenario(lines.join('\n'));
  if (!parsed.ok) throw new Error(`${parsed.line}: ${parsed.reason}`);
  return playScenario(parsed.directives, { wire: scenarioWire });
}

describe('playScenario', () => {
  it('REPLAY-16 frames go in as a client sends them, and come out as the host says them', () => {
    const { ok, frames, failed } = play(
      HELLO,
      '> {"type":"input_accepted","request_id":"in-1","accepted":true}',
      'model: say Hello to you.',
      '> {"type":"stream_delta","delta":{"message_type":"assistant_message","content":"Hello to you."}}',
      'model: end',
      '> {"type":"turn_finished","stop_reason":"end_turn"}',
    );
    expect({ ok, failed }).toEqual({ ok: true });
    expect(frames[0]).toEqual({
      type: 'input_accepted',
      request_id: 'in-1',
      runtime: { agent_id: 'agent-1', conversation_id: 'conv-1' },
      accepted: true,
      disposition: 'started',
      client_message_id: 'm-1',
    });
  });

  it('REPLAY-16 a frame that does not leave is told with those that did', () => {
    const { ok, failed } = play(HELLO, '> {"type":"turn_finished"}');
    expect(ok).toBe(false);
    expect(failed?.line).toBe(2);
    expect(failed?.reason).toContain('no such frame has left');
    expect(failed?.reason).toContain('"type":"input_accepted"');
  });

  it('REPLAY-16 frames are expected in their order, and one that must not leave is told', () => {
    expect(play(HELLO, '> {"type":"update_loop_status"}', '> {"type":"input_accepted"}').failed?.line).toBe(
      3,
    );
    expect(play(HELLO, '!> {"type":"input_accepted"}').failed).toEqual({
      line: 2,
      reason: 'such a frame has left',
    });
    expect(play(HELLO, '!> {"type":"turn_finished"}').ok).toBe(true);
  });

  it('REPLAY-16 time passes only when it is told to', () => {
    const failing = [HELLO, 'model: fail provider overloaded'];
    expect(play(...failing, 'model: say x').failed?.reason).toContain('no model step runs');
    expect(play(...failing, 'at 999ms', 'model: say x').ok).toBe(false);
    expect(play(...failing, 'at 1s', 'model: say x').ok).toBe(true);
    expect(play('at 5s', 'at 4s').failed).toEqual({ line: 2, reason: 'it is 5000 ms already' });
  });

  it('REPLAY-16 calls are judged as the scenario says', () => {
    const calls = [HELLO, 'model: call Bash {"command":"ls"}', 'model: end'];
    expect(play(...calls, '> {"type":"control_request"}').ok).toBe(true);
    expect(play('judge Bash allow', ...calls, 'tool: ok', 'model: end').ok).toBe(true);
    const denied = play('judge Bash deny no shell here', ...calls, '> {"type":"stream_delta"}');
    expect(JSON.stringify(denied.frames)).toContain('no shell here');
  });

  it('REPLAY-16 what the store, the hub or the link cannot do is told', () => {
    const told = (line: string) => play(line).failed?.reason;
    expect(told('store: burn')).toContain('not one of hold, keep, refuse');
    expect(told('hub: gone')).toContain('not one of away, back');
    expect(told('link: ready')).toBe('the connection has no socket');
    expect(told('link: torn')).toContain('"torn" is not one of');
    expect(told('model: say x')).toContain('no model step runs');
    expect(told('tool: ok')).toContain('no tool runs');
    expect(play(HELLO, 'model: sing').failed?.reason).toContain('"sing" is not one of');
    expect(play(HELLO, 'model: fail badly').failed?.reason).toContain('"fail" is followed by one of');
    const two = ['model: call Read {"file_path":"a"}', 'model: call Read {"file_path":"b"}', 'model: end'];
    expect(play('judge Read allow', HELLO, ...two, 'tool: ok').failed?.reason).toContain('2 tools run');
    expect(play('judge Read allow', HELLO, ...two, 'tool call-2: sleep').failed?.reason).toContain('"sleep"');
  });

  it('REPLAY-16 a host that is killed and starts again knows what it had on disk', () => {
    const { ok, failed } = play(
      HELLO,
      'model: call Bash {"command":"ls"}',
      'model: end',
      'restart',
      '> {"type":"control_request","request_id":"perm-call-1"}',
    );
    expect({ ok, failed }).toEqual({ ok: true });
  });
});

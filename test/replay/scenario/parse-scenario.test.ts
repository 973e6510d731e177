import { describe, expect, it } from 'vitest';
import { parseScenario } from '../../../src/replay/scenario/parse-scenario.ts';

describe('parseScenario', () => {
  it('REPLAY-16 reads each kind of line, with its number', () => {
    const text = [
      '# a comment',
      '',
      '  < {"type":"sync"}',
      '> {"type":"turn_finished"}',
      '!> {"type":"turn_finished"}',
      'conversation side',
      'at 1.5s',
      'at 2m',
      'judge Bash ask',
      'judge Bash ask 5m',
      'judge Glob deny not in this folder',
      'model: say  two words ',
      'tool: ok',
      'tool call-3: out a line',
      'store: hold',
      'hub: away',
      'link: closed 1006',
      'restart',
    ].join('\n');
    expect(parseScenario(text)).toEqual({
      ok: true,
      directives: [
        { line: 3, do: 'receive', frame: { type: 'sync' } },
        { line: 4, do: 'expect', pattern: { type: 'turn_finished' } },
        { line: 5, do: 'forbid', pattern: { type: 'turn_finished' } },
        { line: 6, do: 'conversation', id: 'side' },
        { line: 7, do: 'at', ms: 1_500 },
        { line: 8, do: 'at', ms: 120_000 },
        { line: 9, do: 'judge', tool: 'Bash', verdict: 'ask', reason: '', limitMs: null },
        { line: 10, do: 'judge', tool: 'Bash', verdict: 'ask', reason: '5m', limitMs: 300_000 },
        { line: 11, do: 'judge', tool: 'Glob', verdict: 'deny', reason: 'not in this folder', limitMs: null },
        { line: 12, do: 'model', words: 'say  two words' },
        { line: 13, do: 'tool', call: null, words: 'ok' },
        { line: 14, do: 'tool', call: 'call-3', words: 'out a line' },
        { line: 15, do: 'store', words: 'hold' },
        { line: 16, do: 'hub', words: 'away' },
        { line: 17, do: 'link', words: 'closed 1006' },
        { line: 18, do: 'restart' },
      ],
    });
  });

  it.each([
    ['perform a miracle', /"perform" is no word of a scenario/],
    ['< {"type":', /is no JSON/],
    ['< [1]', /followed by one JSON object/],
    ['> "a"', /followed by one JSON object/],
    ['at noon', /"at noon" is no time/],
    ['judge Bash perhaps', /judge TOOL ask/],
    ['judge Bash ask soon', /"ask soon" is no time limit/],
    ['conversation', /needs an id/],
    ['model gpt: say', /takes no name, got "gpt"/],
  ])('REPLAY-16 %j is refused with its line', (source, reason) => {
    expect(parseScenario(`# first\n${source}\nrestart`)).toEqual({
      ok: false,
      line: 2,
      reason: expect.stringMatching(reason),
    });
  });
});

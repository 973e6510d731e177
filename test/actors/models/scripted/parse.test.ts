import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isScript, parseScript } from '../../../../actors/models/scripted/parse.ts';

const stepsOf = (...lines: string[]) => {
  const script = parseScript(['#script', ...lines].join('\n'));
  if (!script.ok) throw new Error(script.reason);
  return script.steps;
};
const mistakeOf = (...lines: string[]) => parseScript(['#script', ...lines].join('\n'));

describe('MODEL-60 a script', () => {
  it.each([
    ['#script', true],
    ['#script\nsay x', true],
    ['#script  \r\nsay x', true],
    [' #script\nsay x', false],
    ['#scripts\nsay x', false],
    ['#script say x', false],
    ['hello\n#script', false],
    ['', false],
  ])('MODEL-60 %j is one: %s', (message, expected) => {
    expect(isScript(message)).toBe(expected);
  });

  it('MODEL-61 has the lines of the grammar', () => {
    expect(
      stepsOf(
        'think Looking around',
        'say Two things to check.',
        'call Bash {"command":"ls"}',
        'call Read {"file_path":"a.txt"}',
        '---',
        'say The listing was: {{1}}',
        'sleep 500',
        'fail 503 overloaded',
      ),
    ).toEqual([
      [
        { do: 'think', text: 'Looking around' },
        { do: 'say', text: 'Two things to check.' },
        { do: 'call', name: 'Bash', arguments: '{"command":"ls"}' },
        { do: 'call', name: 'Read', arguments: '{"file_path":"a.txt"}' },
      ],
      [
        { do: 'say', text: 'The listing was: {{1}}' },
        { do: 'sleep', ms: 500 },
        { do: 'fail', status: 503, message: 'overloaded' },
      ],
    ]);
  });

  it('may be empty, indented, spaced out and written on Windows', () => {
    expect(stepsOf()).toEqual([[]]);
    expect(stepsOf('', '  say a  b  \r', '\t', '---\r', 'sleep 0\r')).toEqual([
      [{ do: 'say', text: 'a  b' }],
      [{ do: 'sleep', ms: 0 }],
    ]);
    expect(stepsOf('say', 'think', 'fail 500')).toEqual([
      [
        { do: 'say', text: '' },
        { do: 'think', text: '' },
        { do: 'fail', status: 500, message: 'the script fails here' },
      ],
    ]);
  });

  it('keeps the arguments of a call as they are written', () => {
    expect(stepsOf('call Write   { "a" :  [1, "  {{1}} "] }')).toEqual([
      [{ do: 'call', name: 'Write', arguments: '{ "a" :  [1, "  {{1}} "] }' }],
    ]);
  });

  it.each([
    ['shout hello', 'a line begins with think, say, call, sleep or fail, or is ---'],
    ['Say hello', 'a line begins with think, say, call, sleep or fail, or is ---'],
    ['----', 'a line begins with think, say, call, sleep or fail, or is ---'],
    ['call', 'call needs the name of a tool and its arguments as JSON'],
    ['call Bash', 'call Bash needs its arguments as JSON, {} for none'],
    ['call Bash ls', 'this is not JSON'],
    ['call Bash {"command":"ls"', 'this is not JSON'],
    ['sleep', 'sleep needs whole milliseconds from 0 to 2147483647'],
    ['sleep -1', 'sleep needs whole milliseconds from 0 to 2147483647'],
    ['sleep 1.5', 'sleep needs whole milliseconds from 0 to 2147483647'],
    ['sleep 2147483648', 'sleep needs whole milliseconds from 0 to 2147483647'],
    ['sleep 5s', 'sleep needs whole milliseconds from 0 to 2147483647'],
    ['fail', 'fail needs an HTTP status from 400 to 599, then a message'],
    ['fail 200 fine', 'fail needs an HTTP status from 400 to 599, then a message'],
    ['fail 5031 no', 'fail needs an HTTP status from 400 to 599, then a message'],
    ['fail overloaded', 'fail needs an HTTP status from 400 to 599, then a message'],
  ])('MODEL-62 %j is a mistake', (line, reason) => {
    expect(mistakeOf('say fine', '', line, 'nonsense')).toEqual({ ok: false, line: 4, text: line, reason });
  });

  it('MODEL-63 never throws, whatever is written', () => {
    const verb = fc.constantFrom(
      'say',
      'think',
      'call',
      'sleep',
      'fail',
      '---',
      'call Bash',
      'fail 503',
      '{{1}}',
    );
    const line = fc.oneof(
      fc.string(),
      fc.tuple(verb, fc.string()).map(([a, b]) => `${a} ${b}`),
      verb,
    );
    fc.assert(
      fc.property(fc.array(line), (lines) => {
        const script = mistakeOf(...lines);
        if (!script.ok) expect(script.line).toBeGreaterThan(1);
      }),
    );
  });
});

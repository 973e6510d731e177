import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { objectText } from '../../src/log/json-text.ts';
import { formatLine, parseLine } from '../../src/log/line.ts';

const TIME = '14:17:03.221';

describe('formatLine', () => {
  it.each([
    ['send', 'protocol', '[14:17:03.221] → send (protocol) {"type":"ping"}'],
    ['recv', 'control', '[14:17:03.221] ← recv (control) {"type":"ping"}'],
    ['in', 'model', '[14:17:03.221] ← in (model) {"type":"ping"}'],
    ['run', 'tool', '[14:17:03.221] → run (tool) {"type":"ping"}'],
    ['out', 'store', '[14:17:03.221] → out (store) {"type":"ping"}'],
    ['stop', 'actor', '[14:17:03.221] → stop (actor) {"type":"ping"}'],
    ['emit', 'actor', '[14:17:03.221] → emit (actor) {"type":"ping"}'],
    ['timer', 'timer', '[14:17:03.221] ← timer (timer) {"type":"ping"}'],
    ['open', 'lifecycle', '[14:17:03.221] · open (lifecycle) {"type":"ping"}'],
    ['run_started', 'lifecycle', '[14:17:03.221] · run_started (lifecycle) {"type":"ping"}'],
  ] as const)('LOG-2 %s has its arrow', (verb, label, text) => {
    expect(formatLine(TIME, verb, label, '{"type":"ping"}')).toBe(text);
    expect(parseLine(text)).toMatchObject({
      ok: true,
      line: { time: TIME, verb, label, json: { type: 'ping' } },
    });
  });

  it('LOG-2 any JSON survives the line, with line breaks, control characters and lone surrogates in it', () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), surrogates());
    const value = fc.letrec((tie) => ({
      any: fc.oneof(
        text,
        fc.constantFrom<unknown>(null, true, '\n', '\r\n', '\u2028', '\0', '}'),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.array(tie('any'), { maxLength: 4 }),
        fc.dictionary(text, tie('any'), { maxKeys: 4 }),
      ),
    })).any;
    fc.assert(
      fc.property(fc.dictionary(text, value), (json) => {
        const line = formatLine(TIME, 'in', 'actor', objectText(json));
        expect(line).not.toMatch(/[\n\r]/);
        expect(parseLine(line)).toEqual({
          ok: true,
          line: {
            time: TIME,
            arrow: '←',
            verb: 'in',
            label: 'actor',
            json: JSON.parse(JSON.stringify(json)),
          },
        });
      }),
    );
  });

  it('LOG-2 a line survives being written as UTF-8', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), surrogates()), (said) => {
        const line = formatLine(TIME, 'send', 'control', objectText({ said }));
        const read = parseLine(Buffer.from(line, 'utf8').toString('utf8'));
        expect(read).toMatchObject({ ok: true, line: { json: { said } } });
      }),
    );
  });
});

describe('parseLine', () => {
  it.each([
    ['', 'does not begin'],
    ['{"type":"ping"}', 'does not begin'],
    ['[14:17:03] → send (protocol) {}', 'does not begin'],
    ['[24:17:03.221] → send (protocol) {}', 'does not begin'],
    ['[14:60:03.221] → send (protocol) {}', 'does not begin'],
    ['[14:17:03.221]  → send (protocol) {}', 'does not begin'],
    ['[14:17:03.221] -> send (protocol) {}', 'does not begin'],
    ['[14:17:03.221] → Send (protocol) {}', 'does not begin'],
    ['[14:17:03.221] → send protocol {}', 'does not begin'],
    [' [14:17:03.221] → send (protocol) {}', 'does not begin'],
    ['[14:17:03.221] ← send (protocol) {}', '"send" is written with →, not ←'],
    ['[14:17:03.221] → registered (lifecycle) {}', '"registered" is written with ·, not →'],
    ['[14:17:03.221] · in (lifecycle) {}', '"in" is written with ←, not ·'],
    ['[14:17:03.221] → send (model) {}', '"send" has no label "model"'],
    ['[14:17:03.221] ← in (control) {}', '"in" has no label "control"'],
    ['[14:17:03.221] · open (control) {}', '"open" has no label "control"'],
    ['[14:17:03.221] → send (protocol) ', 'does not end in one JSON object'],
    ['[14:17:03.221] → send (protocol) []', 'does not end in one JSON object'],
    ['[14:17:03.221] → send (protocol) "x"', 'does not end in one JSON object'],
    ['[14:17:03.221] → send (protocol)  {}', 'does not end in one JSON object'],
    ['[14:17:03.221] → send (protocol) {} ', 'does not end in one JSON object'],
    ['[14:17:03.221] → send (protocol) {\n}', 'does not end in one JSON object'],
    ['[14:17:03.221] → send (protocol) {"type":"pi', 'does not end in one JSON object'],
    ['[14:17:03.221] → send (protocol) {"a":{}', 'damaged JSON'],
    ['[14:17:03.221] → send (protocol) {}{}', 'damaged JSON'],
    ['[14:17:03.221] → send (protocol) {} {}', 'damaged JSON'],
  ])('LOG-22 %j is refused', (text, reason) => {
    const parsed = parseLine(text);
    expect(parsed.ok).toBe(false);
    expect((parsed as { reason: string }).reason).toContain(reason);
  });

  it('LOG-22 no prefix of a line is taken for a line', () => {
    const line = formatLine(
      TIME,
      'in',
      'actor',
      objectText({ root: 'a', event: { type: 'x', list: [{}, { b: '}' }] } }),
    );
    for (let length = 0; length < line.length; length++)
      expect(parseLine(line.slice(0, length)).ok).toBe(false);
    expect(parseLine(line).ok).toBe(true);
  });
});

function surrogates(): fc.Arbitrary<string> {
  return fc
    .array(fc.integer({ min: 0xd7f0, max: 0xe00f }), { maxLength: 6 })
    .map((codes) => String.fromCharCode(...codes));
}

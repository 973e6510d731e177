import { beforeEach, expect, test } from 'vitest';
import { createPaint } from '../../../src/cli/render/paint.ts';
import { printable } from '../../../src/cli/render/printable.ts';
import { TextOutput } from '../../../src/cli/send/text-output.ts';
import type { Entry } from '../../../src/client/index.ts';

let out: string;
let err: string[];
let output: TextOutput;
const text = (key: string, value: string, kind: 'assistant' | 'reasoning' = 'assistant'): Entry => ({
  ...{ kind, key, runId: 'r', turnId: null, text: value },
});
const tool = (fields: object): Entry => ({
  ...{
    kind: 'tool',
    key: 'tool:c',
    runId: 'r',
    turnId: null,
    toolCallId: 'c',
    name: 'Bash',
    arguments: '{"command":"ls"}',
  },
  ...{ edited: null, state: 'running', output: '', hasResult: false, decision: null },
  ...fields,
});
const note: Entry = { kind: 'note', key: 'n', about: 'retry', level: 'warning', text: 'overloaded' };

beforeEach(() => {
  out = '';
  err = [];
  output = new TextOutput({
    out: (piece) => {
      out += piece;
    },
    err: (line) => err.push(line),
    clean: printable,
    paint: createPaint({}, {}),
  });
});

test('CLI-11 the answer streams piece by piece, each entry on lines of its own; reasoning is no answer', () => {
  output.show([text('t', 'hm', 'reasoning'), text('a', 'Hel')]);
  expect(out).toBe('Hel');
  output.show([text('t', 'hm', 'reasoning'), text('a', 'Hello.'), tool({}), text('b', 'Done\u001b[2J')]);
  output.end();
  output.end();
  expect(out).toBe('Hello.\nDone\\x1b[2J\n');
  expect(err).toEqual(['> Bash ls']);
});

test('CLI-35 the ends of calls that ran beside each other say whose they are', () => {
  const read = { key: 'tool:d', toolCallId: 'd', name: 'Read', arguments: '{"file_path":"a.txt"}' };
  output.show([tool({}), tool(read)]);
  const ended = { state: 'succeeded', hasResult: true };
  output.show([tool({ ...ended, output: 'x' }), tool({ ...read, ...ended })]);
  expect(err).toEqual(['> Bash ls', '> Read a.txt', '· Bash ls', '  done:\n  x', '· Read a.txt', '  done']);
});

test('CLI-44 what was cut off is told to be taken back, and the answer goes on in a line of its own', () => {
  output.show([text('a', 'Half a sen')]);
  output.show([note]);
  output.show([note, text('b', 'A whole sentence.')]);
  expect(out).toBe('Half a sen\nA whole sentence.');
  expect(err).toEqual(['! the model was cut off; what it said last is said again', '! overloaded']);
});

test('D23 nothing is written into a question that stands on the terminal', () => {
  output.show([text('a', 'Two things.')]);
  output.hold(true);
  expect(out).toBe('Two things.\n');
  output.show([text('a', 'Two things.'), tool({})]);
  output.show([text('a', 'Two things.'), tool({ state: 'succeeded', output: 'x', hasResult: true })]);
  expect(err).toEqual([]);
  output.note('stopping');
  expect(err).toEqual(['\nstopping']);
  output.hold(false);
  expect(err.slice(1)).toEqual(['> Bash ls', '  done:\n  x']);
});

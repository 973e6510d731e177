import { expect, test } from 'vitest';
import type { CliError } from '../../src/cli/cli-error.ts';
import { defineCommand } from '../../src/cli/command.ts';
import { parseWords } from '../../src/cli/parse.ts';

const command = defineCommand({
  syntax: 'try WORD…',
  summary: 'a command of this test',
  maxWords: 2,
  options: {
    'env-name': { type: 'string', describe: 'a name' },
    mode: { type: 'string', choices: ['a', 'b'], describe: 'a choice' },
    limit: { type: 'number', describe: 'a number' },
    json: { type: 'boolean', describe: 'a switch' },
    look: { type: 'string', choices: ['near', 'far'], bare: 'near', describe: 'with a value or without' },
  },
  run: async () => 0,
});
const parse = (...args: string[]) => parseWords('try', command, args);

test('CLI-5 options and words are read in any order, and -- ends the options', () => {
  expect(parse('one', '--env-name', 'x', '--limit=3', '--json', '--', '--two')).toEqual({
    help: false,
    options: { 'env-name': 'x', limit: 3, json: true },
    words: ['one', '--two'],
  });
  expect(parse()).toEqual({ help: false, options: {}, words: [] });
  expect(parse('one', '--help')).toEqual({ help: true });
});

test('CLI-5 an option that means something by itself takes a value with = only, and no next word', () => {
  const options = (...args: string[]) => {
    const parsed = parse(...args);
    return parsed.help ? null : [parsed.options.look, parsed.words];
  };
  expect(options('--look', 'far')).toEqual(['near', ['far']]);
  expect(options('--look=far')).toEqual(['far', []]);
  expect(options('--look', '--json')).toEqual(['near', []]);
  expect(() => parse('--look=up')).toThrow(/--look "up" is not known. It is one of: near, far/);
});

test.each([
  [['--nmae', 'x'], /unknown option --nmae\. See: signalbox try --help/],
  [['-x'], /unknown option -x/],
  [['--env-name'], /--env-name needs a value/],
  [['--env-name='], /--env-name needs a value/],
  [['--mode', 'c'], /--mode "c" is not known\. It is one of: a, b/],
  [['--limit', 'many'], /--limit "many" is not a number/],
  [['--json=yes'], /--json takes no value, got "yes"/],
  [['1', '2', '3'], /unexpected word "3"/],
])('CLI-5 a wrong command line is refused with what is wrong and the next step: %j', (args, message) => {
  const refuse = () => parse(...args);
  expect(refuse).toThrow(message);
  expect(refuse).toThrow(expect.objectContaining({ exitCode: 2 }) as CliError);
});

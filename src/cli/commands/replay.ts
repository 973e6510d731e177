import { readFileSync } from 'node:fs';
import { parseScenario } from '../../replay/scenario/parse-scenario.ts';
import { playScenario } from '../../replay/scenario/play-scenario.ts';
import { usageError } from '../cli-error.ts';
import { defineCommand, type OptionValues } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { homeFolder } from '../home.ts';
import { jsonOption } from '../json-option.ts';
import { printable } from '../render/printable.ts';
import { sessionOption } from '../replay/bundled-sessions.ts';
import { compare } from '../replay/compare.ts';
import { findRecording } from '../replay/find-recording.ts';
import { recordingSources } from '../replay/recording-source.ts';
import { scenarioWire } from '../replay/scenario-wire.ts';
import { updateGolden } from '../replay/update-golden.ts';
import { walk } from '../replay/walk-recording.ts';

const options = {
  conversation: { type: 'string', value: 'ID', describe: 'only this conversation' },
  ...sessionOption,
  until: { type: 'string', value: 'LINE|TIME', describe: 'stop there and show the states' },
  step: { type: 'boolean', describe: 'one line with each Enter' },
  speed: {
    type: 'string',
    value: '1x',
    describe: 'as fast as it was recorded, times this; at once without it',
  },
  update: { type: 'boolean', describe: 'write into FILE what the machines say now' },
  script: { type: 'string', value: 'FILE', describe: 'play a scenario, see docs/replay.md' },
  ...jsonOption,
} as const;
type Options = OptionValues<typeof options>;

export const command = defineCommand({
  syntax: 'replay [FILE…]',
  summary: 'Run a recorded session through the machines again, and tell where they do otherwise.',
  options,
  notes: [
    'FILE is a log, or a session by its name as `logs list` shows it; the newest session when left out. It may be a',
    'bundle (see: signalbox logs --help): then each session in it is replayed, or the one that --session names.',
    'Of a session in several segments, FILE is the first one for all of it, or a later one for that segment alone.',
    'Several FILEs are replayed one after the other, as the lives of one host.',
    'It ends with 0 when all is equal, with 1 at a divergence, and with 2 when a file is damaged.',
  ].join('\n'),
  async run(given, words) {
    if (given.script !== undefined) return playScript(given.script, given, words);
    const home = homeFolder(process.env);
    const files =
      words.length === 0 ? [findRecording(undefined, home)] : words.map((word) => findRecording(word, home));
    if (given.update) return update(files, given, words);
    const sources = await recordingSources(files, given.session);
    const isWalk = given.step || given.speed !== undefined || given.until !== undefined;
    if (!isWalk) return compare(sources, given);
    if (sources.hint) process.stderr.write(`${printable(sources.hint)}\n`);
    return walk(sources.one, given);
  },
});

function update(files: string[], given: Options, words: string[]): number {
  if (words.length === 0) throw usageError('--update needs to be told which FILE');
  const others = [given.step, given.until, given.speed, given.conversation, given.session];
  if (others.some((other) => other !== undefined))
    throw usageError('--update takes the whole of a FILE; leave the other options out');
  for (const file of files) {
    const changed = updateGolden(file);
    print(changed === 0 ? `${file} is as it was` : `${file}: ${changed} lines are new, dropped or altered`);
  }
  return exitCodes.ok;
}

function playScript(file: string, given: Options, words: string[]): number {
  if (words.length > 0) throw usageError(`unexpected word "${words[0]}": --script plays one scenario`);
  const parsed = parseScenario(readScript(file));
  if (!parsed.ok) throw usageError(`${file}:${parsed.line} ${parsed.reason}`);
  const result = playScenario(parsed.directives, { wire: scenarioWire });
  if (given.json) print(JSON.stringify(result, null, 2));
  else if (result.failed) print(printable(`${file}:${result.failed.line} ${result.failed.reason}`));
  else print(`as expected: ${parsed.directives.length} lines, ${result.frames.length} frames`);
  return result.ok ? exitCodes.ok : exitCodes.failure;
}

function readScript(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

import { readFileSync } from 'node:fs';
import { signalboxHome } from '../../../actors/home.ts';
import type { JsonObject } from '../../../machines/ports.ts';
import type { LogEntry } from '../../log/reader.ts';
import { createReplay } from '../../replay/create-replay.ts';
import { readRecording } from '../../replay/read-recording.ts';
import { parseScenario } from '../../replay/scenario/parse-scenario.ts';
import { playScenario } from '../../replay/scenario/play-scenario.ts';
import { SessionReplay } from '../../replay/session-replay.ts';
import { showStates } from '../../replay/show-step.ts';
import { findUntil } from '../../replay/until.ts';
import { CliError, usageError } from '../cli-error.ts';
import { defineCommand, type OptionValues } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { jsonOption } from '../json-option.ts';
import { printable } from '../render/printable.ts';
import { findRecording } from '../replay/find-recording.ts';
import { exitCodeOf, showDamage, showResult } from '../replay/print-result.ts';
import { scenarioWire } from '../replay/scenario-wire.ts';
import { updateGolden } from '../replay/update-golden.ts';
import { walkBySteps, walkInTime } from '../replay/walk.ts';

const options = {
  conversation: { type: 'string', value: 'ID', describe: 'only this conversation' },
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
    'FILE is a log, or a session by its name as `logs list` shows it; the newest session when left out.',
    'Of a session in several segments, FILE is the first one for all of it, or a later one for that segment alone.',
    'Several FILEs are replayed one after the other, as the lives of one host.',
    'It ends with 0 when all is equal, with 1 at a divergence, and with 2 when a file is damaged.',
  ].join('\n'),
  async run(given, words) {
    if (given.script !== undefined) return playScript(given.script, given, words);
    const home = signalboxHome(process.env);
    const files =
      words.length === 0 ? [findRecording(undefined, home)] : words.map((word) => findRecording(word, home));
    if (given.update) return update(files, given, words);
    const isWalk = given.step || given.speed !== undefined || given.until !== undefined;
    return isWalk ? walk(files, given) : compare(files, given);
  },
});

async function compare(files: string[], given: Options): Promise<number> {
  const replay = new SessionReplay({ wants: wanted(given.conversation) });
  for (const file of files) await readInto(file, (entry) => replay.push(entry));
  const result = replay.result();
  if (given.conversation !== undefined && result.roots === 0 && result.damaged === undefined)
    throw new CliError(`no conversation "${given.conversation}" in ${files.join(', ')}`);
  print(given.json ? JSON.stringify(result, null, 2) : printable(showResult(result)));
  return exitCodeOf(result);
}

async function walk(files: string[], given: Options): Promise<number> {
  if (given.json && (given.step || given.speed !== undefined))
    throw usageError('--json goes with none of --step and --speed');
  const factor = given.speed === undefined ? undefined : readSpeed(given.speed);
  const entries: LogEntry[] = [];
  for (const file of files) await readInto(file, (entry) => entries.push(entry) > 0);
  const replay = createReplay(entries, { wants: wanted(given.conversation) });
  const until = given.until === undefined ? undefined : findUntil(replay.lines, given.until);
  if (until?.ok === false) throw usageError(`--until ${until.reason}`);
  const end = Math.min(until?.position ?? replay.lines.length, replay.lines.length);
  const { stdin: input, stdout: output } = process;
  if (given.step) await walkBySteps({ replay, until: end, input, output });
  else if (factor !== undefined) await walkInTime({ replay, until: end, input, output }, factor);
  else replay.seek(end);
  const { position, divergence, damaged } = replay;
  const states = replay.states();
  // Damage that lies behind the place that was asked for is none of its business.
  const isReached = position === replay.lines.length ? damaged : undefined;
  if (given.json) print(JSON.stringify({ position, states, ...(divergence ? { divergence } : {}) }, null, 2));
  else if (!given.step) {
    if (isReached) print(printable(showDamage(isReached)));
    if (divergence)
      print(printable(`line ${divergence.position}: ${divergence.root} diverges: ${divergence.reason}`));
    print(printable(`After line ${position}:\n${showStates(states)}`));
  }
  return exitCodeOf({ ...(divergence ? { divergence } : {}), ...(isReached ? { damaged: isReached } : {}) });
}

function update(files: string[], given: Options, words: string[]): number {
  if (words.length === 0) throw usageError('--update needs to be told which FILE');
  if (
    given.step ||
    given.until !== undefined ||
    given.speed !== undefined ||
    given.conversation !== undefined
  )
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

/** Hands over line by line, as long as they are taken. */
async function readInto(file: string, take: (entry: LogEntry) => boolean): Promise<void> {
  try {
    for await (const entry of readRecording(file)) if (!take(entry)) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw usageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

/** A conversation by its id, or by its key when several agents have a default one. */
function wanted(id: string | undefined): ((root: string, open: JsonObject) => boolean) | undefined {
  if (id === undefined) return undefined;
  return (root, { input }) => {
    if (!root.startsWith('conversation:')) return false;
    const scope = (input as { scope?: { conversationId?: unknown } } | undefined)?.scope;
    return root === `conversation:${id}` || scope?.conversationId === id;
  };
}

function readSpeed(text: string): number {
  const factor = Number(/^(\d+(?:\.\d+)?)x?$/.exec(text)?.[1]);
  if (factor > 0) return factor;
  throw usageError(`--speed "${text}" is no factor such as 1x, 10x or 0.5x`);
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

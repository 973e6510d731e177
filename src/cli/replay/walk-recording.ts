import type { LogEntry } from '../../log/reader.ts';
import { createReplay } from '../../replay/create-replay.ts';
import { showStates } from '../../replay/show-step.ts';
import { StateReplay, type StateResult } from '../../replay/state-replay.ts';
import { findUntil, readUntil } from '../../replay/until.ts';
import { usageError } from '../cli-error.ts';
import { printable } from '../render/printable.ts';
import { wantedRoots } from './compare.ts';
import { exitCodeOf, showDamage } from './print-result.ts';
import { type RecordingSource, readInto } from './recording-source.ts';
import { walkBySteps, walkInTime } from './walk.ts';

interface Given {
  conversation?: string;
  until?: string;
  step?: boolean;
  speed?: string;
  json?: boolean;
}

/** To go back, all lines and states are kept; a session may have more of them than there is memory. */
const MOST_LINES = 500_000;

/** Goes through a recording line by line, or to one place of it; the answer is the exit code. */
export async function walk(source: RecordingSource, given: Given): Promise<number> {
  const { step = false, speed, json = false } = given;
  if (json && (step || speed !== undefined)) throw usageError('--json goes with none of --step and --speed');
  const result = step || speed !== undefined ? await walkAlong(source, given) : await goTo(source, given);
  const { position, states, divergence, damaged } = result;
  if (json) print(JSON.stringify({ position, states, ...(divergence ? { divergence } : {}) }, null, 2));
  else if (!step) {
    if (damaged) print(printable(showDamage(damaged)));
    if (divergence)
      print(printable(`line ${divergence.position}: ${divergence.root} diverges: ${divergence.reason}`));
    print(printable(`After line ${position}:\n${showStates(states)}`));
  }
  return exitCodeOf(result);
}

async function goTo(source: RecordingSource, { until = '', conversation }: Given): Promise<StateResult> {
  const place = readUntil(until);
  if (!place.ok) throw usageError(`--until ${place.reason}`);
  const replay = new StateReplay(place.isBehind, { wants: wantedRoots(conversation) });
  await readInto(source, (entry) => replay.push(entry));
  return replay.result();
}

async function walkAlong(source: RecordingSource, given: Given): Promise<StateResult> {
  const factor = given.speed === undefined ? undefined : readSpeed(given.speed);
  const entries: LogEntry[] = [];
  await readInto(source, (entry) => entries.push(entry) <= MOST_LINES);
  if (entries.length > MOST_LINES)
    throw usageError(
      `${source.name} has more than ${MOST_LINES.toLocaleString('en')} lines, too many to go back and forth in. ` +
        'Name a later segment of it, or use --until alone',
    );
  const replay = createReplay(entries, { wants: wantedRoots(given.conversation) });
  const place = given.until === undefined ? undefined : findUntil(replay.lines, given.until);
  if (place?.ok === false) throw usageError(`--until ${place.reason}`);
  const until = place?.position ?? replay.lines.length;
  const { stdin: input, stdout: output } = process;
  if (given.step) await walkBySteps({ replay, until, input, output });
  else await walkInTime({ replay, until, input, output }, factor ?? 1);
  const { position, divergence, damaged } = replay;
  // Damage that lies behind the place that was asked for is none of its business.
  const isReached = position === replay.lines.length ? damaged : undefined;
  return {
    position,
    states: replay.states(),
    ...(divergence ? { divergence } : {}),
    ...(isReached ? { damaged: isReached } : {}),
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

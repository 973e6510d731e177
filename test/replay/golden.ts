import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';
import { readText } from '../../src/replay/read-text.ts';
import type { RootsReplayOptions } from '../../src/replay/roots-replay.ts';
import { type ReplayResult, SessionReplay } from '../../src/replay/session-replay.ts';

// The development build of XState tells of each event that comes to an actor that is over; a replay is full of them.
vi.spyOn(console, 'warn').mockImplementation(() => {});

export const goldenFile = (name: string): string => join(import.meta.dirname, '..', 'replays', `${name}.log`);

export const golden = (name: string): string => readFileSync(goldenFile(name), 'utf8');

/** How many lines a golden recording has. */
export const linesOf = (name: string): number => golden(name).trimEnd().split('\n').length;

/** Replays a text from its first line to its last, or to damage. */
export function replayText(text: string, options: RootsReplayOptions = {}): ReplayResult {
  const replay = new SessionReplay(options);
  for (const entry of readText(text, 'a.log')) if (!replay.push(entry)) break;
  return replay.result();
}

/** The text with one line altered; `line` from 1. */
export function withLine(text: string, line: number, alter: (line: string) => string[]): string {
  return text
    .split('\n')
    .flatMap((each, index) => (index + 1 === line ? alter(each) : [each]))
    .join('\n');
}

/** The number of the first line that has all of these parts, from 1. */
export function lineOf(text: string, ...parts: string[]): number {
  const index = text.split('\n').findIndex((line) => parts.every((part) => line.includes(part)));
  if (index === -1) throw new Error(`no line with ${parts.join(' and ')}`);
  return index + 1;
}

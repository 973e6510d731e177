import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { readText } from '../../replay/read-text.ts';
import { rewrite } from '../../replay/rewrite.ts';
import { SessionReplay } from '../../replay/session-replay.ts';
import { CliError, usageError } from '../cli-error.ts';

/** Writes into a file what its machines say now. Returns how many of its lines are new, dropped or altered. */
export function updateGolden(file: string): number {
  const text = textOf(file);
  const written = rewrite(text, file);
  if (!written.ok) throw new CliError(`${file} cannot be updated: ${written.reason}`);
  if (written.changed === 0) return 0;
  const replay = new SessionReplay();
  for (const entry of readText(written.text, file)) replay.push(entry);
  const { ok, divergence } = replay.result();
  if (!ok) throw new CliError(`${file} cannot be updated: ${divergence?.reason}; record it again`);
  writeFileSync(`${file}.new`, written.text);
  renameSync(`${file}.new`, file);
  return written.changed;
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw usageError(`${file} cannot be read: ${(error as Error).message}`);
  }
}

import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { whileLocked } from './file-lock.ts';
import { wrongSetting } from './settings-types.ts';

/** A settings file, parsed. Keys that nobody here knows are kept. */
export type Settings = Record<string, unknown>;
export type SettingsRead = { ok: true; settings: Settings } | { ok: false; message: string };

/** `~/.signalbox/settings.json`: `deviceId`, `hub`, `permissions`, `model`. */
export const homeSettingsPath = (home: string): string => join(home, 'settings.json');
/** `<project>/.signalbox/settings.json`: permissions that all who work on the project share. */
export const projectSettingsPath = (project: string): string => join(project, '.signalbox', 'settings.json');
/** `<project>/.signalbox/settings.local.json`: `listenerEnvName` and permissions of this machine alone. */
export const localSettingsPath = (project: string): string =>
  join(project, '.signalbox', 'settings.local.json');

/** Reads a settings file; one that is not there is empty. A broken one is named with what is wrong with it. */
export function readSettings(path: string): SettingsRead {
  const read = parseSettings(path);
  const problem = read.ok ? wrongSetting(read.settings) : null;
  return problem === null ? read : { ok: false, message: `${path}: ${problem}. Mend the file or remove it.` };
}

/** The same, whatever types its values have. A broken one is named with its line. */
export function parseSettings(path: string): SettingsRead {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === 'ENOENT' || code === 'ENOTDIR' ? { ok: true, settings: {} } : { ok: false, message };
  }
  try {
    const settings: unknown = JSON.parse(text);
    if (typeof settings === 'object' && settings !== null && !Array.isArray(settings))
      return { ok: true, settings: settings as Settings };
    return { ok: false, message: `${path}:1: settings are a JSON object. Mend the file or remove it.` };
  } catch (error) {
    const reason = (error as Error).message.replace(/ in JSON at position \d+.*$/s, '');
    const line = lineOf(text, (error as Error).message);
    return { ok: false, message: `${path}:${line}: ${reason}. Mend the file or remove it.` };
  }
}

/**
 * Puts `change` into a settings file, whole and on disk: a crash leaves the old file or the new one. What else
 * the file holds stays. A broken file is never written over.
 */
export function updateSettings(path: string, change: Settings): SettingsRead {
  return locked(path, () => {
    const read = readSettings(path);
    return read.ok ? write(path, { ...read.settings, ...change }) : read;
  });
}

/** This home's `deviceId`: made once, also when two processes start at the same moment. */
export function deviceId(home: string): { ok: true; deviceId: string } | { ok: false; message: string } {
  const path = homeSettingsPath(home);
  const kept = readSettings(path);
  if (!kept.ok) return kept;
  if (isId(kept.settings.deviceId)) return { ok: true, deviceId: kept.settings.deviceId };
  return locked(path, () => {
    const read = readSettings(path);
    if (!read.ok) return read;
    if (isId(read.settings.deviceId)) return { ok: true, deviceId: read.settings.deviceId };
    const made = crypto.randomUUID();
    const written = write(path, { ...read.settings, deviceId: made });
    return written.ok ? { ok: true, deviceId: made } : written;
  });
}

const isId = (value: unknown): value is string => typeof value === 'string' && value !== '';

function write(path: string, settings: Settings): SettingsRead {
  const draft = `${path}.${process.pid}`;
  const fd = openSync(draft, 'w', 0o600);
  try {
    writeSync(fd, `${JSON.stringify(settings, null, 2)}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(draft, path);
  return { ok: true, settings };
}

/** One writer at a time. */
function locked<T>(path: string, work: () => T | { ok: false; message: string }) {
  try {
    return whileLocked(path, work);
  } catch (error) {
    return { ok: false as const, message: `${path}: ${(error as Error).message}` };
  }
}

/** The parser tells a position, or nothing when the text ends too early. */
function lineOf(text: string, complaint: string): number {
  const position = /at position (\d+)/.exec(complaint)?.[1];
  const before = position === undefined ? text.trimEnd() : text.slice(0, Number(position));
  return before.split('\n').length;
}

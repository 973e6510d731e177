import { resolve } from 'node:path';
import { touchedPath } from '../tools/real-path.ts';
import { beginsWith, segments } from './contains.ts';
import { foldName } from './fold-name.ts';

/** The folder of settings that makes any directory's `.signalbox/` protected. */
export const PROTECTED_NAME = '.signalbox';

/** What is protected here: any `.signalbox` directory, and these. Absolute paths, as given and real. */
export interface ProtectedPlaces {
  homes: string[];
}

/** `home` is $SIGNALBOX_HOME; looked up for each call because the directory may be made or moved later. */
export async function protectedPlaces(home: string): Promise<ProtectedPlaces> {
  const given = resolve(home);
  return { homes: [...new Set([given, await touchedPath(home, given)])] };
}

/** Is the absolute, normalised `path` a protected place or inside one? */
export function isProtected(path: string, places: ProtectedPlaces): boolean {
  const names = segments(path).map(foldName);
  return (
    names.includes(PROTECTED_NAME) ||
    places.homes.some((home) => beginsWith(names, segments(home).map(foldName)))
  );
}

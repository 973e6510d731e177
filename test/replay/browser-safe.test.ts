import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { expect, it } from 'vitest';
import { readImports } from '../../scripts/read-imports.ts';

const root = join(import.meta.dirname, '..', '..');

/** The packages and modules that load with a file, itself and all that it imports. */
function loadedBy(file: string, seen = new Set<string>()): Set<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  for (const { specifier, typeOnly } of readImports(readFileSync(join(root, file), 'utf8'))) {
    if (typeOnly || specifier === undefined) continue;
    if (specifier.startsWith('.')) loadedBy(posix.join(posix.dirname(file), specifier), seen);
    else seen.add(specifier);
  }
  return seen;
}

it.each(['create-replay', 'read-text', 'session-replay', 'show-step', 'until'])(
  'REPLAY-13 %s loads in a page: nothing of it needs Node',
  (name) => {
    const loaded = [...loadedBy(`src/replay/${name}.ts`)];
    expect(loaded.filter((module) => !module.endsWith('.ts') && module !== 'xstate')).toEqual([]);
  },
);

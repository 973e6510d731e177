import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { processTable } from '../../../actors/processes/process-table.ts';
import type { House } from './house.ts';

/** What may lie in a home when nothing runs there. All else is left behind. */
const EXPECTED = [
  /^settings\.json(\.lock)?$/,
  /^credentials\.json(\.lock)?$/,
  /^hub\.sqlite$/,
  /^hub\.lock\.sqlite$/,
  /^hosts\/[^/]+\/host\.sqlite$/,
  /^hosts\/[^/]+\/host\.lock\.sqlite$/,
  /^logs\/(hub|remote)\/[^/]+\.log$/,
];
const EXPECTED_IN_PROJECT = [/^ledger$/, /^notes\.txt$/, /^\.signalbox\/settings(\.local)?\.json(\.lock)?$/];

/** Files that should not be there after an orderly stop of everything. */
export function filesLeft(house: House): string[] {
  const homes = (['hub', ...house.hostNames] as const).flatMap((name) =>
    unexpected(house.homeOf(name), EXPECTED),
  );
  return [
    ...homes,
    ...house.hostNames.flatMap((name) => unexpected(house.projectOf(name), EXPECTED_IN_PROJECT)),
  ];
}

/** Processes that calls of these hosts have started and that still live. */
export async function processesLeft(house: House): Promise<string[]> {
  const found = await processTable((mark) => mark !== null);
  const folders = house.hostNames.map((name) => house.projectOf(name));
  const { readlinkSync } = await import('node:fs');
  return found.flatMap(({ pid, mark }) => {
    try {
      const cwd = readlinkSync(`/proc/${pid}/cwd`);
      return folders.some((folder) => cwd.startsWith(folder)) ? [`pid ${pid} of ${mark} in ${cwd}`] : [];
    } catch {
      return [];
    }
  });
}

function unexpected(folder: string, expected: readonly RegExp[]): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((path) => !expected.some((pattern) => pattern.test(path)))
    .map((path) => join(folder, path));
}

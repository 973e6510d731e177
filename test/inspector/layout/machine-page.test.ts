import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { machineList } from '../../../inspector/layout/machine-list.ts';
import { machinePage } from '../../../inspector/layout/machine-page.ts';

const FILE = join(import.meta.dirname, '../../../docs/machines.md');
const page = machinePage(machineList);

test('INSP-6 docs/machines.md is what the machines make; npm run docs writes it', () => {
  expect(readFileSync(FILE, 'utf8')).toBe(page);
});

test('INSP-6 every machine has its diagram and a table of what each state waits for and who can change it', () => {
  for (const { machine } of machineList) {
    const section = page.split(`\n## ${machine.id}\n`)[1]?.split('\n## ')[0] ?? '';
    expect(section).toContain('```mermaid\nstateDiagram-v2\n');
    expect(section).toContain('| state | why | who can change it |');
  }
  expect(page).toContain(
    '| `awaitingApproval` | a person must allow or deny this call | anyone who may answer |',
  );
});

test('every row of a table has as many cells as its head', () => {
  const rows = page.split('\n').filter((line) => line.startsWith('| '));
  for (const row of rows) expect(row.split(/(?<!\\)\|/).length).toBe(7);
});

test('every machine file of the tree that makes a machine is listed', async () => {
  const { readdirSync } = await import('node:fs');
  const folder = join(import.meta.dirname, '../../../machines');
  const ids = readdirSync(folder)
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const source = readFileSync(join(folder, name), 'utf8');
      return /createMachine\(\{\s*id: '(\w+)'/.exec(source)?.[1] ?? [];
    });
  expect(machineList.map(({ machine }) => machine.id).sort()).toEqual(ids.sort());
});

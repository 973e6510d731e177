/**
 * Writes docs/machines.md from the machines.
 *
 *   node scripts/docs.ts
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { machineList } from '../inspector/layout/machine-list.ts';
import { machinePage } from '../inspector/layout/machine-page.ts';

const folder = join(import.meta.dirname, '..', 'docs');
mkdirSync(folder, { recursive: true });
writeFileSync(join(folder, 'machines.md'), machinePage(machineList));

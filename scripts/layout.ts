/**
 * Computes where everything stands in the drawings of the machines, and writes it to inspector/layouts.json, so that
 * nothing that draws them has to lay them out.
 *
 *   node scripts/layout.ts
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import elk from 'elkjs/lib/elk.bundled.js';
import { describeMachine } from '../inspector/layout/describe-machine.ts';
import { fromElk, toElk } from '../inspector/layout/elk-graph.ts';
import type { Layout } from '../inspector/layout/layout.ts';
import { machineList } from '../inspector/layout/machine-list.ts';

/** The layouts of all machines, by id. */
export async function computeLayouts(): Promise<Record<string, Layout>> {
  const engine = new elk.default();
  const layouts: Record<string, Layout> = {};
  for (const { machine } of machineList) {
    const shape = describeMachine(machine);
    layouts[machine.id] = fromElk(await engine.layout(toElk(shape)), shape);
  }
  return layouts;
}

/** As it stands in the file: one line a machine, so that a change shows where it is. */
export function layoutsText(layouts: Record<string, Layout>): string {
  const lines = Object.entries(layouts).map(
    ([id, layout]) => `${JSON.stringify(id)}: ${JSON.stringify(layout)}`,
  );
  return `{\n${lines.join(',\n')}\n}\n`;
}

if (import.meta.main)
  writeFileSync(
    join(import.meta.dirname, '..', 'inspector', 'layouts.json'),
    layoutsText(await computeLayouts()),
  );

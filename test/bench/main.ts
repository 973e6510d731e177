/**
 * `npm run bench -- [ROW…] [--all] [--json] [--entry PATH]`: how fast this is on this machine, beside the least that the
 * same work costs here. A missed target is printed as missed; a bench is never a test. See docs/bench.md.
 */
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { isMet, type Line } from './row.ts';
import { rows } from './rows.ts';
import { table } from './table.ts';

const ENTRY = new URL('../../bin/signalbox.js', import.meta.url).pathname;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    entry: { type: 'string', default: ENTRY },
  },
});
const unknown = positionals.filter((name) => !rows.some((row) => row.name === name));
if (unknown.length > 0) {
  console.error(
    `no row is called ${unknown.join(', ')}. There are: ${rows.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
const wanted = rows.filter(({ name, slow }) =>
  positionals.length > 0 ? positionals.includes(name) : values.all || !slow,
);
// Each home removes itself at the exit of the process, also in the middle of a row.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));
const lines: Line[] = [];
const failed: string[] = [];
for (const row of wanted) {
  const say = (text: string): void => {
    process.stderr.write(`${row.name}: ${text}\n`);
  };
  say(row.slow ? `takes ${row.slow}` : 'begins');
  try {
    lines.push(...(await row.run({ entry: resolve(values.entry), say })));
  } catch (error) {
    failed.push(row.name);
    say(`could not be measured: ${error instanceof Error ? error.message : String(error)}`);
  }
}
if (values.json)
  console.log(
    JSON.stringify(
      lines.map((line) => ({ ...line, met: isMet(line) })),
      null,
      2,
    ),
  );
else {
  if (lines.length > 0) console.log(table(lines));
  const left = rows.filter((row) => !wanted.includes(row) && row.slow && positionals.length === 0);
  for (const { name, slow } of left) console.log(`not measured: ${name} (${slow}); name it, or say --all`);
  if (failed.length > 0) console.log(`could not be measured: ${failed.join(', ')}`);
}
process.exit(0);

import { readOptions, USAGE } from './options.ts';
import { play } from './run/play.ts';
import { format } from './run/summary.ts';

/** `npm run chaos`: see options.ts. */
const read = readOptions(process.argv.slice(2));
if (!read.ok) {
  process.stderr.write(`${read.message}\n\n${USAGE}\n`);
  process.exit(2);
}
const { options } = read;
const tell = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
const { summary, violations, folder } = await play(options, tell);
for (const { rule, kind, what, story } of violations)
  tell(`\n${rule} (${kind}) ${what}\n${story.map((line) => `    ${line}`).join('\n')}`);
if (folder) tell(`\nEverything lies in ${folder}`);
const printed = options.json ? JSON.stringify(summary, null, 2) : format(summary);
// A person of the play may still wait for an answer that nobody will give now.
process.stdout.write(`${printed}\n`, () => process.exit(violations.length > 0 ? 1 : 0));

import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, test } from 'vitest';

const run = promisify(execFile);
const HOOK = new URL('../../bin/exact-imports.js', import.meta.url).href;
const MODULES = fileURLToPath(new URL('../../node_modules', import.meta.url));

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'signalbox-imports-'));
  lay('package.json', '{"type":"module"}');
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function lay(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

/** What `main.ts` prints, run under the hook. */
async function said(main: string): Promise<unknown> {
  lay('main.ts', main);
  lay('start.js', `import { resolveExactly } from '${HOOK}'; resolveExactly(); await import('./main.ts');`);
  const { stdout } = await run(process.execPath, [join(root, 'start.js')]);
  return JSON.parse(stdout);
}

test('TypeScript, JavaScript and JSON beside each other are found, and one file is one module', async () => {
  lay('deep/count.ts', 'export const seen: string[] = [];');
  lay('deep/one.ts', "import { seen } from './count.ts'; seen.push('one');");
  lay('two.js', "import { seen } from './deep/../deep/count.ts'; seen.push('two');");
  lay('three.mjs', "import { seen } from './deep/count.ts'; seen.push('three');");
  lay('facts.json', '["four"]');
  const main = `
    import './deep/one.ts';
    import './two.js';
    import './three.mjs';
    import facts from './facts.json' with { type: 'json' };
    import { seen } from './deep/count.ts';
    console.log(JSON.stringify([...seen, ...facts]));`;
  expect(await said(main)).toEqual(['one', 'two', 'three', 'four']);
});

test('a package that is not of modules, and what it requires, is found as ever', async () => {
  lay('node_modules/older/package.json', '{"main":"./index.js"}');
  lay(
    'node_modules/older/index.js',
    "module.exports = { part: require('./part'), own: require('./own.cjs') };",
  );
  lay('node_modules/older/part.js', "module.exports = 'a part';");
  lay('node_modules/older/own.cjs', "module.exports = 'its own';");
  lay('node_modules/newer/package.json', '{"exports":"./index.mjs"}');
  lay('node_modules/newer/index.mjs', "import older from './older.js'; export default older;");
  lay('node_modules/newer/older.js', "module.exports = 'in a package without a type';");
  const main =
    "import older from 'older'; import newer from 'newer'; console.log(JSON.stringify([older.part, older.own, newer]));";
  expect(await said(main)).toEqual(['a part', 'its own', 'in a package without a type']);
});

test('a file that is not there is named', async () => {
  await expect(said("await import('./missing.ts');")).rejects.toThrow(/missing\.ts/);
});

test('zod speaks English and has left its other languages unread', async () => {
  symlinkSync(MODULES, join(root, 'node_modules'));
  const main = `
    import module from 'node:module';
    const read: string[] = [];
    module.registerHooks({ load: (url, context, next) => (read.push(url), next(url, context)) });
    const { z } = await import('zod');
    const { error } = z.string().safeParse(7);
    const languages = read.filter((url) => /zod.*locales/.test(url)).map((url) => url.split('/').at(-1));
    console.log(JSON.stringify({ says: error?.issues[0]?.message, languages }));`;
  expect(await said(main)).toEqual({
    says: 'Invalid input: expected string, received number',
    languages: ['en.js'],
  });
});

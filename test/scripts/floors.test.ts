import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkFloors } from '../../scripts/floors.ts';
import { layTree } from './tree.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/floors.ts');

/** One file that imports one thing: what is said of it. */
function breachesOf(file: string, code: string): string[] {
  return checkFloors(layTree({ [file]: code })).breaches.map(({ text }) => text);
}

describe('allowed', () => {
  test.each([
    ['src/protocol/a.ts', `import { z } from 'zod';`],
    ['src/protocol/a.ts', `import { b } from './b.ts';`],
    ['machines/a.ts', `import { setup } from 'xstate';`],
    ['machines/a.ts', `import type { Frame } from '../src/protocol/frame.ts';`],
    ['machines/tools/a.ts', `import { b } from '../b.ts';`],
    ['actors/tools/a.ts', `import type { Port } from '../../machines/ports.ts';`],
    ['actors/a.ts', `import { execa } from 'execa';\nimport fs from 'node:fs';`],
    ['actors/a.ts', `import { frame } from '../src/protocol/frame.ts';`],
    ['src/host/a.ts', `import { machine } from '../../machines/host.ts';`],
    ['src/hub/store/a.ts', `import { run } from '../../../actors/run.ts';`],
    ['src/host/a.ts', `import { log } from '../log/log.ts';`],
    ['src/hub/a.ts', `import { log } from '../log/log.ts';`],
    ['src/replay/a.ts', `import { log } from '../log/log.ts';`],
    [
      'src/cli/a.ts',
      `import '../host/a.ts';\nimport '../hub/a.ts';\nimport '../client/index.ts';\nimport '../log/a.ts';`,
    ],
    ['src/cli/a.ts', `import manifest from '../../package.json' with { type: 'json' };`],
    ['src/cli/a.ts', `import { graph } from '../../inspector/graph.ts';`],
    ['web/a.tsx', `import { connect } from '../src/client/index.ts';\nimport { render } from 'preact';`],
    ['src/hub/a.ts', `new URL('/v1/environments', base); new URL(built ? './b.js' : './b.ts', base);`],
    ['test/host/a.test.ts', `import '../../src/hub/a.ts';\nimport '../../src/host/a.ts';`],
  ])('%s: %s', (file, code) => {
    expect(breachesOf(file, code)).toEqual([]);
  });
});

describe('a breach', () => {
  test.each([
    ['src/protocol/a.ts', `import fs from 'node:fs';`, 'may import only zod'],
    ['src/protocol/a.ts', `import { a } from '../../machines/a.ts';`, 'above it (floor 2 over 1)'],
    ['machines/a.ts', `import fs from 'node:fs';`, 'may import only xstate'],
    ['machines/a.ts', `import fs from 'fs';`, 'may import only xstate'],
    ['machines/a.ts', `import { nanoid } from 'nanoid';`, 'may import only xstate'],
    ['machines/a.ts', `import type { Logger } from 'winston';`, 'may import only xstate'],
    ['machines/a.ts', `import type { Tool } from '../actors/tool.ts';`, 'above it (floor 3 over 2)'],
    ['actors/a.ts', `import type { M } from '../machines/turn.ts';`, 'only the types of machines/ports.ts'],
    ['actors/a.ts', `import { PORT } from '../machines/ports.ts';`, '`import type`'],
    ['actors/a.ts', `export { log } from '../src/log/log.ts';`, 'above it (floor 4 over 3)'],
    ['src/host/a.ts', `import { hub } from '../hub/hub.ts';`, 'beside it on floor 4'],
    ['src/hub/a.ts', `const { host } = await import('../host/host.ts');`, 'beside it on floor 4'],
    ['src/client/a.ts', `import { log } from '../log/log.ts';`, 'beside it on floor 4'],
    ['src/log/a.ts', `import { host } from '../host/host.ts';`, 'beside it on floor 4'],
    ['src/replay/a.ts', `import { host } from '../host/host.ts';`, 'beside it on floor 4'],
    ['src/host/a.ts', `import { main } from '../cli/main.ts';`, 'above it (floor 5 over 4)'],
    ['src/cli/a.ts', `import { page } from '../../web/page.ts';`, 'beside it on floor 5'],
    ['inspector/a.ts', `import { main } from '../src/cli/main.ts';`, 'beside it on floor 5'],
    ['src/host/a.ts', `import { a } from '../../test/a.ts';`, 'in no room'],
    ['src/host/a.ts', `import { a } from 'signalbox/client';`, 'this package'],
    ['src/host/a.ts', `await import(name);`, 'computed name'],
    ['src/hub/a.ts', `new Worker(new URL('./b.ts', import.meta.url));`, 'published it is .js'],
    ['machines/a.ts', `import manifest from '../package.json' with { type: 'json' };`, 'in no room'],
    ['src/main.ts', '', 'is in no room'],
    ['src/utils/a.ts', '', 'is in no room'],
  ])('%s: %s', (file, code, why) => {
    expect(breachesOf(file, code)).toEqual([expect.stringContaining(why)]);
  });

  test.each([
    'Date.now()',
    'new Date()',
    'new Date',
    'Math.random()',
    'crypto.randomUUID()',
    'performance.now()',
    'setTimeout(f, 1)',
    'setInterval(f, 1)',
    'process.env',
    'console.log(1)',
    "fetch('http://a')",
  ])('a machine that uses %s', (code) => {
    expect(breachesOf('machines/a.ts', `const a = ${code};`)).toEqual([
      expect.stringContaining('machines are pure'),
    ]);
  });

  test.each([
    'new Date(event.at)',
    "'Date.now()'",
    'context.process.id',
    'spec.setTimeout',
    '1 // process.env',
  ])('is not that a machine says %s', (code) => {
    expect(breachesOf('machines/a.ts', `const a = ${code};`)).toEqual([]);
  });

  test('is told with its file and line', () => {
    const root = layTree({ 'machines/deep/a.ts': `// why\n\nimport {\n  b,\n} from 'execa';\n` });
    expect(checkFloors(root).breaches).toMatchObject([{ file: 'machines/deep/a.ts', line: 5 }]);
  });
});

describe('the client runs in browsers', () => {
  test.each([
    [`import { WebSocket } from 'ws';`, "'ws'"],
    [`import { createHash } from 'node:crypto';`, "'node:crypto'"],
    [`import { createHash } from 'crypto';`, "'crypto'"],
    [`await import('winston');`, "'winston'"],
    ['const home = process.env.HOME;', 'process'],
    [`const a = Buffer.from('');`, 'Buffer'],
  ])('so it may not say %s', (code, what) => {
    const [breach] = breachesOf('src/client/a.ts', code);
    expect(breach).toContain(what);
    expect(breach).toContain('runs in browsers');
  });

  test.each([
    `import { createActor } from 'xstate';`,
    `import type { Agent } from 'node:http';`,
    'const socket = new WebSocket(url);',
    'setTimeout(f, 1); const now = Date.now();',
  ])('so it may say %s', (code) => {
    expect(breachesOf('src/client/a.ts', code)).toEqual([]);
  });

  test('and all that it loads with it, however far down', () => {
    const { breaches } = checkFloors(
      layTree({
        'src/client/index.ts': `import { a } from '../../actors/a.ts';`,
        'actors/a.ts': `import { b } from './b.ts';`,
        'actors/b.ts': `import fs from 'node:fs';`,
        'actors/c.ts': `import fs from 'node:fs';`,
      }),
    );
    expect(breaches).toMatchObject([
      { file: 'actors/b.ts', line: 1, text: expect.stringContaining('actors/a.ts') },
    ]);
  });

  test('but not what it only takes types from', () => {
    const { breaches } = checkFloors(
      layTree({
        'src/client/index.ts': `import type { A } from '../../actors/a.ts';`,
        'actors/a.ts': `import fs from 'node:fs';`,
      }),
    );
    expect(breaches).toEqual([]);
  });
});

describe('length', () => {
  const lines = (n: number) => '//\n'.repeat(n);

  test.each(['machines/a.ts', 'src/host/a.ts', 'web/a.tsx', 'bin/a.js', 'scripts/a.ts'])(
    'above 400 lines %s fails',
    (file) => {
      expect(checkFloors(layTree({ [file]: lines(400) })).breaches).toEqual([]);
      expect(checkFloors(layTree({ [file]: lines(401) })).breaches).toMatchObject([{ file, line: 401 }]);
    },
  );

  test('above 250 it is a notice', () => {
    expect(checkFloors(layTree({ 'actors/a.ts': lines(250) })).notices).toEqual([]);
    expect(checkFloors(layTree({ 'actors/a.ts': lines(251) })).notices).toMatchObject([
      { file: 'actors/a.ts', line: 251 },
    ]);
  });

  test('does not count for tests, built files and packages', () => {
    const files = {
      'test/a.test.ts': lines(500),
      'web/dist/a.js': lines(500),
      'web/node_modules/a/a.js': lines(500),
    };
    expect(checkFloors(layTree(files))).toEqual({ breaches: [], notices: [] });
  });
});

describe('as a command', () => {
  const floors = (root: string) => spawnSync(process.execPath, [SCRIPT, root], { encoding: 'utf8' });

  test('prints each breach and exits with 1', () => {
    const { status, stderr } = floors(layTree({ 'machines/a.ts': `import 'ws';\nDate.now();\n` }));
    expect(status).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      expect.stringMatching(/^machines\/a\.ts:1 {2}imports 'ws'/),
      expect.stringMatching(/^machines\/a\.ts:2 {2}uses Date\.now/),
    ]);
  });

  test('exits with 0 when all is in order', () => {
    expect(floors(layTree({ 'machines/a.ts': `import 'xstate';` }))).toMatchObject({ status: 0, stderr: '' });
  });
});

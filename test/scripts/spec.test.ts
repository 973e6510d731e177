import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkSpec } from '../../scripts/spec.ts';
import { layTree } from './tree.ts';

const SCRIPT = join(import.meta.dirname, '../../scripts/spec.ts');
const RULES = '# Rules\n\n- **CONN-1** It connects.\n- **CONN-2** It pings.\n';

const faultsOf = (spec: string, tests: string) =>
  checkSpec(layTree({ 'SPEC.md': spec, 'test/deep/a.test.ts': tests })).faults;

test('a rule with a test and a test with a rule are in order', () => {
  expect(
    faultsOf(RULES, `test('CONN-1 connects', f);\ntest('CONN-2 pings', f);\ntest('without an id', f);`),
  ).toEqual([]);
});

test('a rule without a test is named with its line', () => {
  expect(faultsOf(RULES, `test('CONN-1 connects', f);`)).toEqual(['SPEC.md:4  CONN-2 has no test']);
});

test('a rule whose only test is skipped has none', () => {
  expect(faultsOf(RULES, `test('CONN-1 connects', f);\ntest.skip('CONN-2 pings', f);`)).toHaveLength(1);
});

test('an id that SPEC.md does not have is named with its place, also in a skipped test', () => {
  expect(faultsOf('', `f();\ntest('CONN-9 connects', f);\ntest.todo('CONN-8 pings');`)).toEqual([
    expect.stringMatching(/^test\/deep\/a\.test\.ts:2 {2}begins with CONN-9/),
    expect.stringMatching(/^test\/deep\/a\.test\.ts:3 {2}begins with CONN-8/),
  ]);
});

test('an id that stands twice in SPEC.md is named', () => {
  expect(faultsOf(`${RULES}- **CONN-1** Again.\n`, `test('CONN-1 a', f);\ntest('CONN-2 b', f);`)).toEqual([
    'SPEC.md:5  CONN-1 is already the rule of line 3',
  ]);
});

test.each([
  '* **CONN-3** Other bullet.',
  '- CONN-3 not bold.',
  '- **CONN-3**: colon.',
  '  - **CONN-3** indented.',
  '- **CONN-3**',
])('what looks like a rule but is written otherwise is named: %s', (line) => {
  expect(faultsOf(`${line}\n`, '')).toEqual([expect.stringContaining('SPEC.md:1  a rule is written')]);
});

test('a rule is not proven by one whose number begins alike', () => {
  expect(faultsOf('- **CONN-1** a\n- **CONN-10** b\n', `test('CONN-10 b', f);`)).toEqual([
    'SPEC.md:1  CONN-1 has no test',
  ]);
});

test.each(['CONN-1 CONN-2 both', 'CONN-1, CONN-2: both', 'D13 CONN-1/CONN-2 both'])(
  'a title may begin with several: %s',
  (title) => {
    expect(faultsOf(RULES, `test('${title}', f);`)).toEqual([]);
  },
);

test.each([
  ['D1', true],
  ['D27', true],
  ['D0', false],
  ['D28', false],
])('defect %s is known: %s', (id, known) => {
  expect(faultsOf('', `test('${id} does not happen', f);`)).toHaveLength(known ? 0 : 1);
});

test('defects without a test are listed', () => {
  const { untestedDefects } = checkSpec(layTree({ 'SPEC.md': '', 'test/a.test.ts': `test('D3 once', f);` }));
  expect(untestedDefects).toHaveLength(26);
  expect(untestedDefects).not.toContain('D3');
});

test('only files named .test.ts are read', () => {
  const root = layTree({ 'SPEC.md': '', 'test/bench/main.ts': `test('CONN-9 x', f);` });
  expect(checkSpec(root).faults).toEqual([]);
});

test('without SPEC.md it fails', () => {
  expect(checkSpec(layTree({})).faults).toEqual(['SPEC.md  is not there']);
});

test('as a command it prints the faults and exits with 1, else with 0', () => {
  const spec = (files: Record<string, string>) =>
    spawnSync(process.execPath, [SCRIPT, layTree(files)], { encoding: 'utf8' });
  expect(spec({ 'SPEC.md': RULES })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('CONN-1 has no test'),
  });
  expect(spec({ 'SPEC.md': '' })).toMatchObject({ status: 0, stderr: '' });
});

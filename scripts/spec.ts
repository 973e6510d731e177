/**
 * SPEC.md and the tests, held against each other: every rule has a test whose title begins with its id, every id in a
 * title is a rule of SPEC.md or one of the defects D1 to D27.
 *
 *   node scripts/spec.ts [ROOT]
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readTests } from './read-tests.ts';

export interface SpecReport {
  rules: number;
  /** Each is a reason to fail, `file:line  what`. */
  faults: string[];
  /** Defects that no test is titled with yet. */
  untestedDefects: string[];
}

const DEFECTS = Array.from({ length: 27 }, (_, i) => `D${i + 1}`);
const RULE = /^- \*\*(?<id>[A-Z][A-Z0-9]*-\d+)\*\* \S/;
const LIKE_A_RULE = /^\s*[-*+]\s+\**[A-Z][A-Z0-9]*-\d+\b/;
/** One or more ids: `CONN-7 …`, `D13 TOOL-3: …`, `CONN-7, CONN-8 …`. */
const IDS = /^(?:(?:[A-Z][A-Z0-9]*-\d+|D\d+)(?:[\s,:/]+|$))+/;

export function checkSpec(root: string): SpecReport {
  const faults: string[] = [];
  const rules = readRules(root, faults);
  const proven = new Set<string>();
  for (const file of testFiles(root)) {
    for (const { title, line, counts } of readTests(readFileSync(join(root, file), 'utf8'))) {
      for (const id of idsOf(title)) {
        if (!rules.has(id) && !DEFECTS.includes(id)) {
          faults.push(
            `${file}:${line}  begins with ${id}, which is no ${/-/.test(id) ? 'rule of SPEC.md' : 'known defect (D1 to D27)'}`,
          );
        } else if (counts) proven.add(id);
      }
    }
  }
  for (const [id, line] of rules) if (!proven.has(id)) faults.push(`SPEC.md:${line}  ${id} has no test`);
  return { rules: rules.size, faults, untestedDefects: DEFECTS.filter((id) => !proven.has(id)) };
}

/** From id to line. */
function readRules(root: string, faults: string[]): Map<string, number> {
  const rules = new Map<string, number>();
  const path = join(root, 'SPEC.md');
  if (!existsSync(path)) {
    faults.push('SPEC.md  is not there');
    return rules;
  }
  for (const [index, text] of readFileSync(path, 'utf8').split('\n').entries()) {
    const id = RULE.exec(text)?.groups?.id;
    const first = id === undefined ? undefined : rules.get(id);
    if (first !== undefined) faults.push(`SPEC.md:${index + 1}  ${id} is already the rule of line ${first}`);
    else if (id !== undefined) rules.set(id, index + 1);
    else if (LIKE_A_RULE.test(text))
      faults.push(`SPEC.md:${index + 1}  a rule is written \`- **AREA-1** text\`, this is: ${text.trim()}`);
  }
  return rules;
}

function idsOf(title: string): string[] {
  return IDS.exec(title)?.[0].match(/[A-Z][A-Z0-9]*-\d+|D\d+/g) ?? [];
}

function testFiles(root: string): string[] {
  if (!existsSync(join(root, 'test'))) return [];
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.test\.tsx?$/.test(file))
    .map((file) => `test/${file.replaceAll('\\', '/')}`)
    .sort();
}

if (import.meta.main) {
  const { rules, faults, untestedDefects } = checkSpec(process.argv[2] ?? join(import.meta.dirname, '..'));
  for (const fault of faults) console.error(fault);
  if (untestedDefects.length > 0) console.log(`notice  no test is titled ${untestedDefects.join(', ')}`);
  console.log(
    faults.length === 0
      ? `spec: ${rules} rules, each with a test`
      : `spec: ${faults.length} wrong, ${rules} rules`,
  );
  if (faults.length > 0) process.exitCode = 1;
}

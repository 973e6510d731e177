import { describe, expect, it } from 'vitest';
import { parseRule, type RuleList } from '../../../actors/permissions/rule-syntax.ts';
import { describeBroken, readRules } from '../../../actors/permissions/settings-rules.ts';

const context = { cwd: '/w', userHome: '/home/me', tools: ['Bash', 'Read', 'Grep', 'Fetch'] };
const LISTS: RuleList[] = ['deny', 'alwaysAsk', 'allow', 'ask'];
const problemOf = (list: RuleList, text: string) => {
  const rule = parseRule(list, text, context);
  return 'problem' in rule ? rule.problem : undefined;
};

describe('parseRule', () => {
  it('reads a tool, a command, a prefix and a path', () => {
    expect(parseRule('allow', 'Bash', context)).toMatchObject({ tool: 'Bash', target: { kind: 'tool' } });
    expect(parseRule('allow', 'Bash(echo (a) b)', context)).toMatchObject({
      target: { kind: 'command', command: 'echo (a) b' },
    });
    expect(parseRule('deny', 'Bash(git push:*)', context)).toMatchObject({
      target: { kind: 'prefix', prefix: 'git push' },
    });
    expect(parseRule('ask', 'Read(src/*.ts)', context)).toMatchObject({
      target: { kind: 'path', pattern: { base: '/w/src', glob: '*.ts' } },
    });
  });

  it('D11 a prefix cannot be allowed, because what follows it would be allowed with it', () => {
    expect(problemOf('allow', 'Bash(git diff:*)')).toMatch(/git diff && …/);
    expect(problemOf('allow', 'Bash(git diff:*)')).toMatch(/Bash\(command\)/);
  });

  it('D11 a pattern for a tool without patterns is refused, not ignored', () => {
    for (const list of LISTS) expect(problemOf(list, 'Fetch(domain:example.org)')).toMatch(/write Fetch/);
  });

  it.each([
    '',
    'Bash(',
    'Bash)',
    'Bash(ls) ',
    ' Bash',
    'Bash ls',
    '(ls)',
    '*',
    'Bash()',
    'Bash( )',
    'Bash(*)',
    'Bash(:*)',
    'bash(ls)',
    'Reed(src)',
    'Read(!x)',
    'Read()',
  ])('PERM-18 %j is a broken rule in every list', (text) => {
    for (const list of LISTS) expect(problemOf(list, text)).toBeTypeOf('string');
  });

  it('PERM-18 a star in a command that should be restricted is taken for the mistake it is', () => {
    expect(problemOf('deny', 'Bash(git push *)')).toMatch(/Bash\(git push:\*\)/);
    expect(problemOf('allow', 'Bash(ls *)')).toBeUndefined();
  });

  it('PERM-18 a broken rule is described by list, value and way out', () => {
    const settings = { allow: ['Bash(npm:*)'], deny: ['Reed'], ask: ['Read'], alwaysAsk: [] };
    const { rules, broken } = readRules({ ...settings, additionalDirectories: [] }, context);
    expect(rules.map(({ text }) => text)).toEqual(['Read']);
    expect(broken.map(describeBroken)).toEqual([
      'The deny rule "Reed" of settings is not followed: there is no tool Reed; the tools are Bash, Fetch, Grep, Read',
      expect.stringMatching(/^The allow rule "Bash\(npm:\*\)" of settings is not followed: a prefix would/),
    ]);
  });
});

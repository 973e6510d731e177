import { type BrokenRule, parseRule, type Rule, type RuleContext, type RuleList } from './rule-syntax.ts';

/** The permissions of settings, merged for one directory. The lists hold rules, see rule-syntax.ts. */
export interface PermissionSettings {
  allow: string[];
  deny: string[];
  ask: string[];
  alwaysAsk: string[];
  /** Directories that count as inside, absolute, `~/…` or relative to the working directory. */
  additionalDirectories: string[];
  /** What is wrong with the files themselves, for a person; rules in them are missing from the lists. */
  problems?: string[];
}

/** The rules of settings in their order, those that can be followed apart from those that cannot. */
export interface SettingsRules {
  rules: Rule[];
  broken: BrokenRule[];
  problems: string[];
}

const LISTS: readonly RuleList[] = ['deny', 'alwaysAsk', 'allow', 'ask'];

export function readRules(settings: PermissionSettings, context: RuleContext): SettingsRules {
  const read: SettingsRules = { rules: [], broken: [], problems: settings.problems ?? [] };
  for (const list of LISTS) {
    for (const text of settings[list]) {
      const rule = parseRule(list, text, context);
      if ('problem' in rule) read.broken.push(rule);
      else read.rules.push(rule);
    }
  }
  return read;
}

/** For a person: which rule is broken, by value, and how to mend it. */
export function describeBroken({ list, text, problem }: BrokenRule): string {
  return `The ${list} rule ${JSON.stringify(text)} of settings is not followed: ${problem}`;
}

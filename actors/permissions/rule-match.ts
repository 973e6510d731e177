import { touchedPath } from '../tools/real-path.ts';
import type { JudgedCall } from './judged-call.ts';
import { coversPlace, matchesPlace, type PathPattern, reachesBelow } from './path-pattern.ts';
import type { Rule } from './rule-syntax.ts';
import { hasPrefix, isCommand } from './shell-rule.ts';

/** Does an allow rule allow the call? It must match exactly and at every place that the call touches. */
export async function allows(rule: Rule, call: JudgedCall): Promise<boolean> {
  if (rule.tool !== call.name) return false;
  const { target } = rule;
  if (target.kind === 'tool') return true;
  if (target.kind === 'command') return target.command === call.args.command;
  if (target.kind === 'prefix') return false;
  const base = await touchedPath(target.pattern.base, '/');
  return call.real.every((place) => matchesPlace(target.pattern, place, base));
}

/**
 * Does a rule that restricts hold for the call? Any spelling and any place is enough, and so is a directory
 * around it. `reaches`: the call is a search that can come to a place that the rule names.
 */
export async function restricts(rule: Rule, call: JudgedCall): Promise<'holds' | 'reaches' | 'no'> {
  if (rule.tool !== call.name) return 'no';
  const { target } = rule;
  if (target.kind === 'tool') return 'holds';
  if (target.kind !== 'path') {
    const command = String(call.args.command);
    const holds =
      target.kind === 'command' ? isCommand(command, target.command) : hasPrefix(command, target.prefix);
    return holds ? 'holds' : 'no';
  }
  const bases = await basesOf(target.pattern);
  const places = [...call.spelled, ...call.real];
  const some = (test: typeof coversPlace) =>
    places.some((place) => bases.some((base) => test(target.pattern, place, base)));
  if (some(coversPlace)) return 'holds';
  return call.class === 'searching' && some(reachesBelow) ? 'reaches' : 'no';
}

async function basesOf(pattern: PathPattern): Promise<string[]> {
  const bases = [pattern.base, await touchedPath(pattern.base, '/')];
  // A tree that floats (`**/.env`) is meant wherever it is.
  return pattern.floating ? [...bases, '/'] : bases;
}

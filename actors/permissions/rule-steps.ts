import type { Case, Decision, Step } from './decision.ts';
import { allows, restricts } from './rule-match.ts';
import type { RuleList } from './rule-syntax.ts';
import { isSaved } from './saved-rule.ts';
import { describeBroken } from './settings-rules.ts';

export const denyStep: Step = async (judged) => {
  for (const rule of rulesOf(judged, 'deny')) {
    if ((await restricts(rule, judged.call)) === 'holds') {
      return { kind: 'deny', reason: `Denied by the rule ${rule.text} of settings.` };
    }
  }
  return undefined;
};

/** Also: deny rules that a search could come under, and rules that nobody can follow, which may mean this call. */
export const alwaysAskStep: Step = async (judged) => {
  for (const rule of rulesOf(judged, 'deny')) {
    if ((await restricts(rule, judged.call)) === 'reaches') {
      return ask(`The search reaches what the rule ${rule.text} of settings denies.`);
    }
  }
  return (
    (await restrictedBy(judged, 'alwaysAsk', true)) ??
    brokenAsks(judged, 'deny', true) ??
    brokenAsks(judged, 'alwaysAsk', true) ??
    missingAsks(judged)
  );
};

export const savedStep: Step = ({ call, saved }) =>
  saved.some((rule) => isSaved(rule, call))
    ? { kind: 'allow', reason: 'Allowed by a rule saved in this conversation.' }
    : undefined;

export const allowStep: Step = async (judged) => {
  for (const rule of rulesOf(judged, 'allow')) {
    if (await allows(rule, judged.call)) {
      return { kind: 'allow', reason: `Allowed by the rule ${rule.text} of settings.` };
    }
  }
  return undefined;
};

export const askStep: Step = async (judged) =>
  (await restrictedBy(judged, 'ask', false)) ?? brokenAsks(judged, 'ask', false);

function rulesOf({ settings }: Case, list: RuleList) {
  return settings.rules.filter((rule) => rule.list === list);
}

async function restrictedBy(judged: Case, list: RuleList, lasting: boolean): Promise<Decision | undefined> {
  for (const rule of rulesOf(judged, list)) {
    if ((await restricts(rule, judged.call)) !== 'no') {
      return ask(`The ${list} rule ${rule.text} of settings asks.`, lasting);
    }
  }
  return undefined;
}

function brokenAsks({ settings }: Case, list: RuleList, lasting: boolean): Decision | undefined {
  const broken = settings.broken.find((rule) => rule.list === list);
  return broken && ask(`${describeBroken(broken)}. Until it is mended, this asks.`, lasting);
}

function missingAsks({ settings }: Case): Decision | undefined {
  const [problem] = settings.problems;
  return problem === undefined
    ? undefined
    : ask(`Settings cannot be read: ${problem}. Until it is mended, this asks.`);
}

function ask(reason: string, lasting = true): Decision {
  return { kind: 'ask', reason, lasting };
}

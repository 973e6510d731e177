import { homedir } from 'node:os';
import { resolve } from 'node:path';
import type { JudgeInput, Verdict } from '../../machines/ports.ts';
import type { Secrets } from '../secrets/known-secrets.ts';
import { touchedPath } from '../tools/real-path.ts';
import type { Case, Decision, Step } from './decision.ts';
import { diffsFor } from './diff-preview.ts';
import { type JudgedCall, judgedCall } from './judged-call.ts';
import type { JudgedTool } from './judged-tool.ts';
import { defaultStep, modeStep } from './mode-steps.ts';
import { parseCall } from './parse-call.ts';
import { protectedPlaces } from './protected-places.ts';
import { protectedStep } from './protected-step.ts';
import { allowStep, alwaysAskStep, askStep, denyStep, savedStep } from './rule-steps.ts';
import { suggestionsFor } from './saved-rule.ts';
import { describeBroken, type PermissionSettings, readRules } from './settings-rules.ts';

export interface JudgeDeps {
  /** The permissions of settings for a working directory. */
  settings(cwd: string): Promise<PermissionSettings>;
  /** $SIGNALBOX_HOME. */
  home: string;
  tools: ReadonlyMap<string, JudgedTool>;
  /** Masked in previews. */
  secrets: Secrets;
  /** What `~` means; the user's home directory when absent. */
  userHome?: string;
}

/** The first step that says something decides; the last one always does. */
const ORDER: readonly Step[] = [
  denyStep,
  protectedStep,
  alwaysAskStep,
  modeStep,
  savedStep,
  allowStep,
  askStep,
  defaultStep,
];

/** The judge keeps nothing between calls: what one conversation saved reaches another by no way. */
export function createJudge(deps: JudgeDeps): (input: JudgeInput) => Promise<Verdict> {
  return async (input) => {
    const parsed = await parseCall(input.call, deps.tools);
    if (!parsed.ok) return { kind: 'invalid', reason: parsed.reason };

    const call = await judgedCall(input, parsed.tool, parsed.args);
    const judged = await openCase(deps, input, call);
    const decision = await decide(judged);
    if (decision.kind === 'deny') return { kind: 'deny', reason: decision.reason };
    const { args, effect } = call;
    if (decision.kind === 'allow') return { kind: 'allow', reason: decision.reason, args, effect };
    return {
      kind: 'ask',
      reason: withUnusedRules(decision.reason, judged),
      args,
      effect,
      suggestions: decision.lasting ? [] : suggestionsFor(call),
      diffs: await diffsFor(call, deps.secrets, decision.secret === true),
    };
  };
}

async function openCase(deps: JudgeDeps, input: JudgeInput, call: JudgedCall): Promise<Case> {
  const cwd = resolve(call.cwd);
  const userHome = deps.userHome ?? homedir();
  const settings = await deps.settings(call.cwd);
  const additional = settings.additionalDirectories.map((dir) =>
    touchedPath(
      dir.replace(/^~(?=\/|$)/, () => userHome),
      cwd,
    ),
  );
  return {
    call,
    mode: input.mode,
    saved: input.rules,
    settings: readRules(settings, { cwd, userHome, tools: [...deps.tools.keys()] }),
    places: await protectedPlaces(deps.home),
    userHome,
    inside: [call.realCwd, ...(await Promise.all(additional))],
  };
}

async function decide(judged: Case): Promise<Decision> {
  for (const step of ORDER) {
    const decision = await step(judged);
    if (decision !== undefined) return decision;
  }
  throw new Error('the order of decisions ended without one');
}

/** A broken allow rule leaves the call to a person, who is told why the rule did not spare the question. */
function withUnusedRules(reason: string, { settings }: Case): string {
  const unused = settings.broken.filter(({ list }) => list === 'allow').map(describeBroken);
  return [reason, ...unused.map((problem) => `${problem}.`)].join(' ');
}

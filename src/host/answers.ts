import type { Answer, Decision, DeskEvent } from '../../machines/ports.ts';
import { canonicalJson } from './canonical.ts';
import type { Judge } from './classify.ts';
import type { Settings } from './conversation-settings.ts';
import type { CallRow } from './store/calls.ts';
import type { HostStore } from './store/host-store.ts';

type Settled = Omit<Extract<DeskEvent, { type: 'answer.settled' }>, 'type' | 'requestId'>;
type Decided = Extract<DeskEvent, { type: 'approval.decided' }>;

const NOT_PENDING = 'Approval request is no longer pending';
const callIdOf = (approvalId: string): string => approvalId.replace(/^perm-/, '');

/**
 * Settles an answer to an approval. The first that passes wins, in one transaction; the same again is confirmed; a
 * different one is refused and told who decided what. Edited arguments are checked like new ones, and when they fail
 * the approval stays open (G2).
 */
export async function settleAnswer(
  store: HostStore,
  judge: Judge,
  settings: Settings,
  conversation: number,
  answer: Answer,
): Promise<{ settled: Settled; decided: Decided[] }> {
  const refuse = (error: string, row?: CallRow): { settled: Settled; decided: Decided[] } => ({
    settled: { accepted: false, error, ...(row?.decision ? { decided: whoDecided(row) } : {}) },
    decided: [],
  });
  const find = (): CallRow | null => store.calls.find(conversation, callIdOf(answer.approvalId));

  const row = find();
  if (!row) return refuse(NOT_PENDING);
  if (row.decision) return settleLate(row, answer, refuse);
  if (!row.shown || !isOpen(store, row)) return refuse(NOT_PENDING);

  const checked = await check(row, answer, judge, settings);
  if (!checked.ok) return refuse(checked.error);

  const { decision } = checked;
  const shown = row.shown;
  const won = store.db.transaction(() => {
    const now = find();
    if (!now || now.decision || now.outcome || !isOpen(store, now)) return false;
    store.calls.decide(now.id, decision, answer.by, answer.at);
    if (answer.decision.behavior === 'allow')
      for (const id of answer.decision.suggestions) {
        const rule = Object.hasOwn(shown.rules, id) ? shown.rules[id] : undefined;
        if (rule) store.conversations.addRule(conversation, rule);
      }
    return true;
  });
  if (!won) {
    const now = find();
    return now?.decision ? settleLate(now, answer, refuse) : refuse(NOT_PENDING);
  }
  const decided: Decided[] = [
    {
      type: 'approval.decided',
      approvalId: answer.approvalId,
      callId: row.proposed.id,
      decision,
      by: answer.by,
      at: answer.at,
    },
  ];
  const ruled = answer.decision.behavior === 'allow' && answer.decision.suggestions.length > 0;
  if (ruled) decided.push(...(await decideByRule(store, judge, settings, conversation, answer.at)));
  return { settled: { accepted: true }, decided };
}

function settleLate(
  row: CallRow,
  answer: Answer,
  refuse: (error: string, row?: CallRow) => { settled: Settled; decided: Decided[] },
): { settled: Settled; decided: Decided[] } {
  if (isSame(row, answer)) return { settled: { accepted: true, decided: whoDecided(row) }, decided: [] };
  return refuse(`${NOT_PENDING}: it was decided before`, row);
}

function whoDecided(row: CallRow): { by: string | null; behavior: 'allow' | 'deny'; at: string } {
  return { by: row.decidedBy, behavior: row.decision?.behavior ?? 'deny', at: row.decidedAt ?? '' };
}

function isSame(row: CallRow, answer: Answer): boolean {
  const { decision } = row;
  const asked = answer.decision;
  if (!decision || decision.behavior !== asked.behavior) return false;
  if (decision.behavior === 'deny' || asked.behavior === 'deny') return decision.message === denialOf(asked);
  if ((decision.message ?? '') !== (asked.message ?? '')) return false;
  if (asked.updatedInput === null) return !decision.edited;
  return canonicalJson(asked.updatedInput) === canonicalJson(decision.args);
}

/** The reason that the model is told; a person may deny without giving one. */
function denialOf(asked: Answer['decision']): string {
  return asked.behavior === 'deny' && asked.message.trim() ? asked.message : 'Denied by the user';
}

type Checked = { ok: true; decision: Decision } | { ok: false; error: string };

async function check(row: CallRow, answer: Answer, judge: Judge, settings: Settings): Promise<Checked> {
  const asked = answer.decision;
  const shown = row.shown;
  if (!shown) return { ok: false, error: NOT_PENDING };
  if (asked.behavior === 'deny')
    return { ok: true, decision: { behavior: 'deny', message: denialOf(asked) } };
  const edited =
    asked.updatedInput !== null && canonicalJson(asked.updatedInput) !== canonicalJson(shown.args);
  if (!edited)
    return {
      ok: true,
      decision: {
        behavior: 'allow',
        message: asked.message,
        args: shown.args,
        effect: shown.effect,
        edited: false,
      },
    };
  const { mode, rules } = settings.of(row.conversation);
  const call = { ...row.proposed, arguments: JSON.stringify(asked.updatedInput) };
  const verdict = await judge({ call, cwd: shown.cwd, mode, rules });
  if (!('args' in verdict)) {
    const fault = verdict.kind === 'invalid' ? 'do not fit the tool' : 'are not permitted';
    return { ok: false, error: `The edited arguments ${fault}: ${verdict.reason}` };
  }
  // Whether it may run is the person's decision, just made; the judge only says whether it can and is not forbidden.
  return {
    ok: true,
    decision: {
      behavior: 'allow',
      message: asked.message,
      args: verdict.args,
      effect: verdict.effect,
      edited: true,
    },
  };
}

/** A rule just saved may answer other open questions of the conversation. */
async function decideByRule(
  store: HostStore,
  judge: Judge,
  settings: Settings,
  conversation: number,
  at: string,
): Promise<Decided[]> {
  const decided: Decided[] = [];
  for (const row of store.calls.pending(conversation)) {
    const { mode, rules } = settings.of(conversation);
    const call = { call: row.proposed, cwd: row.shown?.cwd ?? '', mode, rules };
    // The answer is written down already: whatever goes wrong here only leaves this question to a person.
    const verdict = await judge(call).catch(() => null);
    if (verdict?.kind !== 'allow') continue;
    const decision: Decision = {
      behavior: 'allow',
      message: null,
      args: verdict.args,
      effect: verdict.effect,
      edited: false,
    };
    const won = store.db.transaction(() => {
      const now = store.calls.find(conversation, row.proposed.id);
      if (!now || now.decision || now.outcome || !isOpen(store, now)) return false;
      store.calls.decide(now.id, decision, 'rule', at);
      return true;
    });
    if (won)
      decided.push({
        type: 'approval.decided',
        approvalId: `perm-${row.proposed.id}`,
        callId: row.proposed.id,
        decision,
        by: 'rule',
        at,
      });
  }
  return decided;
}

function isOpen(store: HostStore, row: CallRow): boolean {
  const turn = store.turns.get(row.turn);
  return turn?.open === true && !turn.cancelled;
}

import { fromPromise } from 'xstate';
import type { ClassifyInput, JudgeInput, Standing, Verdict } from '../../machines/ports.ts';
import { approvalRequestId } from '../protocol/approval.ts';
import type { Settings } from './conversation-settings.ts';
import type { CallRow } from './store/calls.ts';
import type { HostStore } from './store/host-store.ts';

export type Judge = (input: JudgeInput) => Promise<Verdict>;

/**
 * Port `classify`: how each call of a step stands. What a restart finds on disk is believed before the judge is
 * asked: an outcome, an answer, a question that is still open.
 */
export function createClassify(store: HostStore, judge: Judge, settings: Settings) {
  return fromPromise<Standing[], ClassifyInput>(async ({ input }) => {
    const rows = store.calls.ofStep(input.turnId, input.step);
    const standings: Standing[] = [];
    for (const row of rows) standings.push(known(row) ?? (await judged(row, judge, settings)));
    store.db.transaction(() => {
      for (const [index, row] of rows.entries()) {
        const standing = standings[index];
        if (standing?.kind === 'asking' && !row.shown) store.calls.show(row.id, standing);
      }
    });
    return standings;
  });
}

function known(row: CallRow): Standing | null {
  const { proposed, shown, decision, outcome } = row;
  if (outcome) return { ...proposed, kind: 'settled', outcome };
  if (decision?.behavior === 'deny') return { ...proposed, kind: 'denied', reason: decision.message };
  if (decision)
    return {
      ...proposed,
      kind: 'allowed',
      args: decision.args,
      cwd: shown?.cwd ?? '',
      effect: decision.effect,
      comment: decision.message,
    };
  return shown;
}

async function judged(row: CallRow, judge: Judge, settings: Settings): Promise<Standing> {
  const { cwd, mode, rules } = settings.of(row.conversation);
  const verdict = await judge({ call: row.proposed, cwd, mode, rules });
  switch (verdict.kind) {
    case 'invalid':
    case 'deny':
      return { ...row.proposed, kind: 'denied', reason: verdict.reason };
    case 'allow':
      return {
        ...row.proposed,
        kind: 'allowed',
        args: verdict.args,
        cwd,
        effect: verdict.effect,
        comment: null,
      };
    case 'ask':
      return {
        ...row.proposed,
        kind: 'asking',
        approvalId: approvalRequestId(row.proposed.id),
        args: verdict.args,
        cwd,
        effect: verdict.effect,
        suggestions: verdict.suggestions.map(({ id, text }) => ({ id, text })),
        rules: Object.fromEntries(verdict.suggestions.map(({ id, rule }) => [id, rule])),
        diffs: verdict.diffs,
      };
  }
}

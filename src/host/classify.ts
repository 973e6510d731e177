import { fromPromise } from 'xstate';
import type { ClassifyInput, JudgeInput, Standing, Verdict } from '../../machines/ports.ts';
import { approvalRequestId } from '../protocol/approval.ts';
import { UNKNOWN_OUTCOME } from '../protocol/unknown-outcome.ts';
import type { Settings } from './conversation-settings.ts';
import type { CallRow } from './store/calls.ts';
import type { HostStore } from './store/host-store.ts';

export type Judge = (input: JudgeInput) => Promise<Verdict>;

/**
 * Port `classify`: how each call of a step stands. What a restart finds on disk is believed before the judge is
 * asked: an outcome, an answer, a question that is still open.
 */
export function createClassify(
  store: HostStore,
  judge: Judge,
  settings: Settings,
  limit: { ms: number | null; now: () => number } = { ms: null, now: Date.now },
) {
  return fromPromise<Standing[], ClassifyInput>(async ({ input }) => {
    const rows = store.calls.ofStep(input.turnId, input.step).map((row) => settledIfCutOff(store, row));
    const standings: Standing[] = [];
    for (const row of rows) standings.push(known(row) ?? limited(await judged(row, judge, settings), limit));
    const fresh = rows.flatMap((row, index) => {
      const standing = standings[index];
      return standing?.kind === 'asking' && !row.shown ? [{ row, standing }] : [];
    });
    if (fresh.length > 0)
      store.db.transaction(() => {
        for (const { row, standing } of fresh) store.calls.show(row.id, standing);
      });
    return standings.map((standing) => timed(standing, limit));
  });
}

/** A call that has begun before its batch was cut off, by whatever: what came of it nobody knows (G3). */
function settledIfCutOff(store: HostStore, row: CallRow): CallRow {
  if (row.intent === null || row.outcome !== null) return row;
  store.db.transaction(() => store.calls.settle(row.turn, row.proposed.id, UNKNOWN_OUTCOME));
  return { ...row, outcome: UNKNOWN_OUTCOME };
}

/** A question to people may have a time limit; the clock runs from when it was first asked. */
function limited(standing: Standing, limit: { ms: number | null; now: () => number }): Standing {
  if (standing.kind !== 'asking' || limit.ms === null) return standing;
  return { ...standing, deadline: limit.now() + limit.ms };
}

/** A longer timer would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/**
 * What is left of the limit now; a host that comes back late lets one millisecond pass, so that it is told. A clock
 * that was set back meanwhile gives nobody more than the whole limit once again.
 */
function timed(standing: Standing, { ms, now }: { ms: number | null; now: () => number }): Standing {
  if (standing.kind !== 'asking' || standing.deadline === undefined) return standing;
  const left = Math.min(standing.deadline - now(), ms ?? LONGEST_TIMER_MS, LONGEST_TIMER_MS);
  return { ...standing, limitMs: Math.max(1, left) };
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

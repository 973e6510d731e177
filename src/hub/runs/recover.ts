import type { RunFailure } from '../../../machines/ports.ts';
import type { HubLog } from '../ports.ts';
import type { HubStore } from '../store/hub-store.ts';
import type { RunRow } from '../store/rows.ts';

const INTERRUPTED: RunFailure = {
  type: 'interrupted',
  message: 'The hub stopped while the model answered.',
  retryable: true,
};

/**
 * A hub that starts: what was streaming has failed, and nothing it said counts. A host keeps its turn, since it will
 * try the step again; a program that has no host may be gone, and its turn ends. Gives the ids of those runs.
 */
export async function failInterrupted(
  store: HubStore,
  log: HubLog,
  now: () => number,
): Promise<ReadonlySet<string>> {
  const runs = await store.streamingRuns();
  for (const run of runs) {
    await store.finishRun({
      runId: run.id,
      status: 'failed',
      stopReason: 'llm_api_error',
      error: INTERRUPTED,
      usage: null,
      at: now(),
      messages: [],
      chunks: null,
      openCalls: null,
      release: run.environment === null,
      prompt: null,
    });
    log.lifecycle('run_interrupted', { run_id: run.id, conversation: run.conversation });
  }
  if (runs.length > 0) await store.durable();
  return new Set(runs.map(({ id }) => id));
}

/** A run that is streaming in the store and executed by nobody, as its readers are to see it. */
export function seenAsInterrupted(run: RunRow): RunRow {
  return { ...run, status: 'failed', stopReason: 'llm_api_error', error: INTERRUPTED };
}

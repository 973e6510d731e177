import { type Actor, createActor } from 'xstate';
import { StoreError } from '../../../actors/sqlite/store-error.ts';
import type { RunCommit, RunCommitted, RunEnd, SampleInput } from '../../../machines/ports.ts';
import type { RunEvent, runMachine } from '../../../machines/run.ts';
import type { HubLog } from '../ports.ts';
import type { Prompts } from '../prompt/prompts.ts';
import { measured } from '../prompt/window.ts';
import type { HubStore } from '../store/hub-store.ts';
import type { NewRun } from '../store/rows.ts';
import type { Echo } from './echo.ts';
import { type Ending, endingOf, lastChunks, releasesTurn } from './ending.ts';
import { LiveRun } from './live-run.ts';
import { SpokenStep } from './spoken.ts';

/** A step that is in the store and is to be executed. */
export interface RunPlan {
  run: NewRun;
  /** With the characters of the whole prompt, to learn from usage how many make a token. */
  sample: SampleInput & { chars: number };
  /** The first row of the prompt, to be remembered with the end. */
  cut: number;
  /** Called once the start is on disk. */
  opened: () => void;
  /** Null when a host tells of the turn. */
  echo: Echo | null;
}

export interface ExecutionDeps {
  store: HubStore;
  prompts: Prompts;
  log: HubLog;
  now: () => number;
  id: () => string;
  /** How long chunks may stay unwritten while the model speaks. */
  flushMs: number;
}

/** So many unwritten chunks are written at once. */
const FLUSH_CHUNKS = 128;

/** One run from its first chunk to the end that is on disk: the machine decides, this writes and tells. */
export class Execution {
  readonly plan: RunPlan;
  readonly live: LiveRun;
  /** Resolves when the run is over and its readers know. */
  readonly done: Promise<RunEnd>;
  readonly #deps: ExecutionDeps;
  readonly #spoken: SpokenStep;
  readonly #actor: Actor<typeof runMachine>;
  #opened = false;
  #ending: Ending | null = null;
  #endedAt: number | null = null;
  #flush: NodeJS.Timeout | null = null;
  #writing: Promise<void> | null = null;

  constructor(plan: RunPlan, machine: typeof runMachine, deps: ExecutionDeps) {
    const { run } = plan;
    this.plan = plan;
    this.#deps = deps;
    this.live = new LiveRun(run.id, run.turnId);
    this.#spoken = new SpokenStep(run.id, deps.id, deps.now);
    const input = { runId: run.id };
    this.#actor = createActor(machine, { input, ...deps.log.recordRoot?.(run.id) });
    this.#actor.on('said', ({ event }) => {
      const chunk = this.#spoken.take(event);
      if (chunk) this.live.add(chunk);
      if (this.#opened) this.#announce();
    });
    this.#actor.on('opened', () => {
      this.#open();
      this.#announce();
    });
    this.done = new Promise((resolve) => {
      const over = (end: RunEnd): void => {
        this.#over(end);
        resolve(end);
      };
      this.#actor.subscribe({
        complete: () => over(this.#actor.getSnapshot().output?.end ?? DIED),
        error: () => over(DIED),
      });
    });
  }

  start(): void {
    const { id, conversation, turnId, environment, model } = this.plan.run;
    this.#deps.log.lifecycle('run_started', {
      run_id: id,
      conversation,
      turn_id: turnId,
      environment,
      model,
    });
    this.#actor.start();
  }

  cancel(): void {
    this.#tell({ type: 'run.cancel' });
  }

  interrupt(): void {
    this.#tell({ type: 'run.interrupt' });
  }

  /** Port `commitRun`. */
  async commit(request: RunCommit): Promise<RunCommitted> {
    try {
      if (request.step === 'begin') await this.#letEndJoin();
      else if (request.step === 'end') await this.#writeEnd(request.end);
      else await this.#withdraw();
      if (request.step !== 'begin' || !this.#ending) await this.#deps.store.durable();
      return { ok: true };
    } catch (error) {
      if (error instanceof StoreError) return { ok: false, message: error.message };
      const stack = error instanceof Error ? error.stack : String(error);
      this.#deps.log.lifecycle('run_broke', { run_id: this.plan.run.id, step: request.step, stack });
      throw error;
    }
  }

  /** A run that is over stays a moment in the table; telling it anything then is no mistake. */
  #tell(event: RunEvent): void {
    if (this.#actor.getSnapshot().status === 'active') this.#actor.send(event);
  }

  /** A model may answer in this very turn of the event loop; its end and the start then share one sync of the disk. */
  #letEndJoin(): Promise<void> {
    return new Promise((resolve) => setImmediate(resolve));
  }

  async #writeEnd(end: RunEnd): Promise<void> {
    const { store, prompts, now } = this.#deps;
    const { run } = this.plan;
    this.#stopFlushing();
    await this.#writing;
    const at = now();
    this.#endedAt = at;
    const ending = endingOf(run.id, end);
    const isFailed = end.outcome === 'failed';
    const hasCalls = end.outcome === 'requiresApproval';
    if (!isFailed) for (const chunk of lastChunks(run.id, ending, at)) this.live.add(chunk);
    const batch = this.live.batch();
    const base = { turnId: run.turnId, runId: run.id, environment: run.environment };
    const rows = await store.finishRun({
      runId: run.id,
      ...ending,
      at,
      chunks: batch,
      messages: isFailed
        ? []
        : this.#spoken.messages(base, { calls: hasCalls, cut: end.outcome === 'cancelled' }),
      openCalls: hasCalls ? this.#spoken.openCalls(run.turnId, run.environment) : null,
      release: releasesTurn(end, run.environment),
      prompt: {
        cut: this.plan.cut,
        charsPerToken: 'usage' in end ? measured(this.plan.sample.chars, end.usage.promptTokens) : null,
      },
    });
    batch?.written();
    if (rows) prompts.append(run.conversation, rows);
    this.#ending = ending;
  }

  /** The cancel came while the end was being written: the calls are nobody's now. */
  async #withdraw(): Promise<void> {
    const { store, now } = this.#deps;
    const { run } = this.plan;
    const openCalls = { ...this.#spoken.openCalls(run.turnId, run.environment), cancelled: true };
    await store.closeTurn({ conversation: run.conversation, messages: [], openCalls, at: now() });
  }

  #over(end: RunEnd): void {
    const { log, now } = this.#deps;
    const { run, echo } = this.plan;
    this.#stopFlushing();
    const ending = endingOf(run.id, end);
    const isWritten = this.#ending !== null && (end.outcome !== 'failed' || this.#ending.status === 'failed');
    if (end.outcome === 'failed') {
      // What was added and not told belongs to an end that did not come true.
      if (!isWritten) this.live.dropUntold();
      for (const chunk of lastChunks(run.id, ending, this.#endedAt ?? now())) this.live.add(chunk);
    }
    // A model faster than the disk: the end that is written now covers the start.
    if (!this.#opened && isWritten) this.#open();
    const told = this.live.told;
    this.live.finish();
    if (this.#opened) {
      echo?.said(this.live.chunks.slice(told));
      const { calls } = this.#spoken.openCalls(run.turnId, run.environment);
      echo?.ended(
        run.id,
        ending,
        calls.map(({ id }) => id),
      );
    }
    log.lifecycle('run_ended', {
      run_id: run.id,
      status: ending.status,
      stop_reason: ending.stopReason,
      ...(ending.error ? { error_type: ending.error.type } : {}),
    });
  }

  #open(): void {
    this.#opened = true;
    this.plan.opened();
  }

  #announce(): void {
    const told = this.live.told;
    this.live.announce();
    this.plan.echo?.said(this.live.chunks.slice(told));
    if (this.live.unwritten >= FLUSH_CHUNKS) this.#write();
    else this.#writeSoon();
  }

  #writeSoon(): void {
    if (this.live.unwritten === 0 || this.#endedAt !== null) return;
    this.#flush ??= setTimeout(() => this.#write(), this.#deps.flushMs);
  }

  /** Behind the stream. What cannot be written now is written with the end. */
  #write(): void {
    this.#stopFlushing();
    const batch = this.live.batch();
    if (!batch || this.#writing) return;
    this.#writing = this.#append(batch).finally(() => {
      this.#writing = null;
    });
  }

  async #append(batch: NonNullable<ReturnType<LiveRun['batch']>>): Promise<void> {
    const { store, log } = this.#deps;
    try {
      await store.appendChunks(this.plan.run.id, batch);
      batch.written();
      // What came meanwhile may be the last for a while.
      this.#writeSoon();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.lifecycle('chunks_not_written', { run_id: this.plan.run.id, error: reason });
    }
  }

  #stopFlushing(): void {
    if (this.#flush) clearTimeout(this.#flush);
    this.#flush = null;
  }
}

const DIED: RunEnd = {
  outcome: 'failed',
  failure: { type: 'internal_error', message: 'The hub could not run the model step.', retryable: false },
};

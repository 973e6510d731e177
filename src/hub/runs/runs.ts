import type { Sampler } from '../../../actors/models/sampler.ts';
import type { RunChunk } from '../../protocol/delta.ts';
import type { Person, Released } from '../ports.ts';
import type { Awaitable } from '../store/hub-store.ts';
import type { RunRow } from '../store/rows.ts';
import { duplicate, nameOf } from './admission.ts';
import { type Caller, fencedOff } from './caller.ts';
import { CancelledTurns } from './cancelled-turns.ts';
import { Locks } from './locks.ts';
import type { Outcome, Waiting } from './outcome.ts';
import { attempt, type PostDeps, type PostRequest, readRun, resolveDevice, runOf } from './post.ts';
import { notTheHolder, type Problem } from './problem.ts';
import { failInterrupted, seenAsInterrupted } from './recover.ts';
import { RenamedParts } from './renamed-parts.ts';
import { RunTable } from './run-table.ts';
import type { PostedResult } from './step.ts';
import { type CancelOutcome, cancelTurn, releaseTurn } from './turn-end.ts';
import { WaitLine, withdrawn } from './wait-line.ts';

export interface RunTimes {
  /** How long a message waits for a turn that another environment holds. */
  waitMs: number;
  /** How long chunks may stay unwritten while the model speaks. */
  flushMs: number;
}

export interface ResumeRequest {
  /** Key of the conversation; null when only the run is named. */
  conversation: string | null;
  caller: Caller;
  runId: string | null;
  otid: string | null;
  /** `seq_id` of the last chunk that the reader has. */
  after: number;
}

/** Steps and runs of all conversations (design.md 5.2, 5.3). */
export class Runs {
  readonly #deps: PostDeps;
  readonly #line: WaitLine;
  #closing = false;
  #interrupted: ReadonlySet<string> = new Set();

  constructor(
    sampler: Sampler,
    times: RunTimes,
    deps: Omit<PostDeps, 'table' | 'locks' | 'cancelled' | 'renamed'>,
  ) {
    const table = new RunTable(sampler, { ...deps, flushMs: times.flushMs });
    this.#deps = {
      ...{ ...deps, table, locks: new Locks() },
      ...{ cancelled: new CancelledTurns(), renamed: new RenamedParts() },
    };
    this.#line = new WaitLine(times.waitMs);
  }

  /** To be awaited before anything else. */
  async recover(): Promise<void> {
    this.#interrupted = await failInterrupted(this.#deps.store, this.#deps.log, this.#deps.now);
  }

  /** True for a run that the end of the hub's last life cut off. */
  isInterrupted(runId: string): boolean {
    return this.#interrupted.has(runId);
  }

  async post(request: PostRequest): Promise<Outcome | Waiting> {
    const { conversation: key } = request;
    const over = (): void => this.#line.wake(key);
    const first = await attempt(this.#deps, request, {
      queued: this.#line.has(key),
      refusal: () => (this.#closing ? stopping : null),
      over,
    });
    if (first.kind !== 'waiting') return first;
    return this.#line.add(key, first, (isGone) =>
      attempt(this.#deps, request, {
        queued: false,
        refusal: () => (this.#closing ? stopping : isGone() ? withdrawn : null),
        over,
      }),
    );
  }

  /** The chunks of a run that is or was executed; nothing is run for it. */
  async resume(request: ResumeRequest): Promise<Outcome> {
    const { store, fence, table } = this.#deps;
    const { conversation: key, runId } = request;
    const otid =
      key === null || request.otid === null ? request.otid : this.#deps.renamed.first(key, request.otid);
    const lease = key === null ? null : (store.conversation(key)?.lease ?? null);
    const caller = resolveDevice(request.caller, otid === null ? [] : [otid], lease, fence);
    const fenced = fencedOff(caller, fence);
    if (fenced) return { kind: 'refused', problem: fenced };
    const found = await this.#find(key, runId, otid);
    if ('problem' in found) return { kind: 'refused', problem: found.problem };
    const { run } = found;
    if (caller.environment !== null && run.environment !== caller.environment) {
      const [message] = key !== null && otid !== null ? await store.messagesByOtid(key, [otid]) : [];
      const problem = message
        ? duplicate(message, fence)
        : notTheHolder(`${run.id} belongs to the turn of ${nameOf(run.environment, fence)}`);
      return { kind: 'refused', problem };
    }
    const isLost = run.status === 'streaming' && !table.ofRun(run.id);
    return {
      kind: 'reading',
      reading: await readRun(this.#deps, isLost ? seenAsInterrupted(run) : run, request.after),
    };
  }

  /** `results`: what the holder of the turn knows of its calls. */
  async cancel(
    key: string,
    by: Caller,
    runIds: string[] | null,
    results: PostedResult[] = [],
  ): Promise<CancelOutcome> {
    const cancelled = await cancelTurn(this.#deps, key, by, runIds, results);
    this.#line.wake(key);
    return cancelled;
  }

  async release(key: string, by: Person): Promise<Released> {
    const released = await releaseTurn(this.#deps, key, by);
    this.#line.wake(key);
    return released;
  }

  /** What the run that streams in a conversation has told so far. */
  openRun(key: string): RunChunk[] {
    const live = this.#deps.table.ofConversation(key)?.live;
    return live ? live.chunks.slice(0, live.told) : [];
  }

  /** The conversations of an agent in which a run streams. */
  streamingOf(agentId: string): string[] {
    return this.#deps.table
      .all()
      .filter(({ plan }) => plan.run.agentId === agentId)
      .map(({ plan }) => plan.run.conversation);
  }

  /** Ends what runs in the conversations that `remove` then deletes; whoever waits there is told. */
  async remove<T>(
    isMeant: (run: { conversation: string; agentId: string }) => boolean,
    remove: () => Awaitable<T>,
  ): Promise<T> {
    const meant = this.#deps.table.all().filter(({ plan }) => isMeant(plan.run));
    for (const execution of meant) execution.cancel();
    await Promise.all(meant.map(({ done }) => done));
    const removed = await remove();
    await this.#deps.store.durable();
    this.#line.wakeAll();
    return removed;
  }

  /** Interrupts what runs, tells who waits, and resolves when all of it is on disk. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#line.close(stopping);
    await this.#deps.locks.idle();
    const running = this.#deps.table.all();
    for (const execution of running) execution.interrupt();
    await Promise.all(running.map(({ done }) => done));
  }

  async #find(
    key: string | null,
    runId: string | null,
    otid: string | null,
  ): Promise<{ run: RunRow } | { problem: Problem }> {
    const { store, table } = this.#deps;
    if (runId !== null) {
      const run = await store.run(runId);
      const isHere = run !== null && (key === null || run.conversation === key);
      return isHere ? { run } : { problem: unknown('unknown_run', `there is no run "${runId}"`) };
    }
    if (key === null) return { problem: unknown('unknown_run', 'no run was named') };
    if (otid !== null) {
      const known = await store.messagesByOtid(key, [otid]);
      const run = known.length > 0 ? await runOf(store, key, otid, known) : null;
      return run
        ? { run }
        : { problem: unknown('unknown_step', `no step with otid "${otid}" was posted here`) };
    }
    const live = table.ofConversation(key)?.plan.run.id;
    const run = live ? await store.run(live) : await store.newestRun(key);
    return run ? { run } : { problem: unknown('no_run', 'nothing was run in this conversation yet') };
  }
}

const stopping: Problem = {
  status: 503,
  error: 'hub_stopping',
  message: 'this hub is stopping; try again in a moment',
};

const unknown = (error: string, message: string): Problem => ({ status: 404, error, message, retry: false });

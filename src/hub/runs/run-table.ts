import { type CallbackActorLogic, type EventObject, fromPromise } from 'xstate';
import { createSamplerActor, type Sampler } from '../../../actors/models/sampler.ts';
import type { RunCommit, RunCommitted, RunRef } from '../../../machines/ports.ts';
import { runMachine } from '../../../machines/run.ts';
import { Execution, type ExecutionDeps, type RunPlan } from './execution.ts';

/** The runs that are being executed; at most one a conversation. */
export class RunTable {
  readonly #deps: ExecutionDeps;
  readonly #machine: typeof runMachine;
  readonly #byConversation = new Map<string, Execution>();
  readonly #byRun = new Map<string, Execution>();

  constructor(sampler: Sampler, deps: ExecutionDeps) {
    this.#deps = deps;
    const commit = async (request: RunCommit): Promise<RunCommitted> =>
      this.#byRun.get(request.runId)?.commit(request) ?? { ok: false, message: 'the run is not known here' };
    this.#machine = runMachine.provide({
      actors: {
        sampler: this.#samplerByRun(sampler),
        commitRun: fromPromise(({ input }) => commit(input)),
      },
    });
  }

  ofConversation(key: string): Execution | null {
    return this.#byConversation.get(key) ?? null;
  }
  ofRun(runId: string): Execution | null {
    return this.#byRun.get(runId) ?? null;
  }
  all(): Execution[] {
    return [...this.#byRun.values()];
  }

  /** Executes a step. `over` is called once it is out of the table. */
  start(plan: RunPlan, over: () => void): Execution {
    const { id, conversation } = plan.run;
    const execution = new Execution(plan, this.#machine, this.#deps);
    this.#byConversation.set(conversation, execution);
    this.#byRun.set(id, execution);
    void execution.done.then(() => {
      this.#byRun.delete(id);
      if (this.#byConversation.get(conversation) === execution) this.#byConversation.delete(conversation);
      over();
    });
    execution.start();
    return execution;
  }

  /**
   * The sampler as the run machine asks for it: by the run's name. The prompt itself stays out of the machine, whose
   * inputs are recorded; so the actor's input is another than the one its type names.
   */
  #samplerByRun(sampler: Sampler): CallbackActorLogic<EventObject, RunRef> {
    const actor = createSamplerActor(async (input, emit, signal) => {
      const execution = this.#byRun.get((input as unknown as RunRef).runId);
      if (execution) await sampler(execution.plan.sample, emit, signal);
    });
    return actor as unknown as CallbackActorLogic<EventObject, RunRef>;
  }
}

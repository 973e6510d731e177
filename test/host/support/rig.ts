import { afterEach, vi } from 'vitest';
import { fromCallback, fromPromise } from 'xstate';
import { permissionSettings } from '../../../actors/permission-settings.ts';
import { createJudge } from '../../../actors/permissions/judge.ts';
import { knownSecrets } from '../../../actors/secrets/known-secrets.ts';
import { tools } from '../../../actors/tools/catalogue.ts';
import type {
  CancelRunInput,
  CancelRunOutput,
  Frame,
  JsonObject,
  Mode,
  ModelStepEvent,
  ModelStepInput,
  ProposedCall,
  RunCallInput,
  Scope,
  ToolOutcome,
} from '../../../machines/ports.ts';
import { createClassify } from '../../../src/host/classify.ts';
import { createCommit } from '../../../src/host/commit.ts';
import { createSettings } from '../../../src/host/conversation-settings.ts';
import { type Conversations, createConversations } from '../../../src/host/conversations.ts';
import { createDesk } from '../../../src/host/desk.ts';
import { createDeviceStatus } from '../../../src/host/device-status.ts';
import { createGate, type Gate } from '../../../src/host/gate.ts';
import { createOutbox } from '../../../src/host/outbox.ts';
import { createRouter } from '../../../src/host/router.ts';
import type { StartedRuntime } from '../../../src/host/runtime-start.ts';
import type { HostStore } from '../../../src/host/store/host-store.ts';
import { memoryLog } from '../../log/memory-log.ts';
import { AT, HUB, SCOPE } from './samples.ts';
import { openStore, tempFolder } from './temp-store.ts';

const rigs = new Set<Rig>();
afterEach(() => {
  for (const rig of rigs) rig.stop();
  rigs.clear();
});

/** A model step that was asked for; the test says what comes of it. */
export interface AskedStep {
  input: ModelStepInput;
  say(event: ModelStepEvent): void;
  isLeft: boolean;
}
/** A tool call that was begun; the test ends it. */
export interface BegunCall {
  input: RunCallInput;
  end(outcome: Partial<ToolOutcome>): void;
  print(text: string): void;
  isCancelled: boolean;
}

const ENDED = { type: 'step.ended' as const, stopReason: 'end_turn', calls: [], usage: null };

export interface RigOptions {
  mode?: Mode;
  store?: HostStore;
  home?: string;
  /** Begins the ids that are made, so that no other life over the same store makes the same. */
  life?: string;
  onOpened?: (key: string) => void;
  onClosed?: (key: string) => void;
}

/** The conversations of a host with everything real but model, tools and the hub. */
export class Rig {
  readonly store: HostStore;
  readonly project = tempFolder();
  readonly log = memoryLog();
  /** What a hub would see, in order: events and answers. */
  readonly frames: Record<string, unknown>[] = [];
  readonly steps: AskedStep[] = [];
  readonly calls: BegunCall[] = [];
  readonly cancelled: CancelRunInput[] = [];
  readonly rejected: string[] = [];
  readonly faults: unknown[] = [];
  readonly conversations: Conversations;
  readonly receive: (frame: Frame) => void;
  onCancelRun: () => Promise<CancelRunOutput> = async () => ({ ok: true });
  startRuntime: () => Promise<StartedRuntime> = async () => ({ ok: false, error: 'no runtime' });

  readonly gate: Gate;

  constructor(options: RigOptions = {}) {
    const home = options.home ?? tempFolder();
    const store = options.store ?? openStore(home);
    this.store = store;
    rigs.add(this);
    const rowOf = (scope: Scope) => this.conversations.rowOf(scope);
    const settings = createSettings(store, { mode: options.mode ?? 'standard', cwd: this.project });
    const secrets = knownSecrets({});
    const judge = createJudge({
      settings: async (cwd) => permissionSettings(home, cwd),
      ...{ home, tools, secrets },
    });
    const now = () => Date.parse(AT);
    let made = 0;
    const newId = () => `${options.life ?? ''}${++made}`;
    const put = (frame: object) => void this.frames.push(JSON.parse(JSON.stringify(frame)));
    this.gate = createGate(store.db, (error) => this.faults.push(error));
    this.conversations = createConversations({
      store,
      log: this.log,
      seed: () => 1,
      onOpened: options.onOpened ?? (() => undefined),
      onClosed: options.onClosed ?? (() => undefined),
      effects: {
        desk: createDesk({ store, judge, settings, rowOf, now }),
        outbox: createOutbox({
          gate: this.gate,
          emit: put,
          answer: put,
          snapshot: (scope) => this.conversations.snapshot(scope),
          pending: (scope) => store.calls.pending(rowOf(scope)),
          deviceStatus: createDeviceStatus({
            ...{ store, settings, rowOf },
            connectionId: () => 'conn-1',
            connectionName: 'laptop',
            version: '0.0.0',
            tools: () => [...tools.keys()],
            git: () => null,
          }),
          committed: () => store.db.committed,
          now,
        }),
        commit: createCommit(store, (op) => rowOf(op.scope), newId),
        classify: createClassify(store, judge, settings),
        modelStep: this.#modelStep(),
        cancelRun: fromPromise<CancelRunOutput, CancelRunInput>(({ input }) => {
          this.cancelled.push(input);
          return this.onCancelRun();
        }),
        toolRunner: this.#toolRunner(),
      },
    });
    this.conversations.useHub(HUB);
    this.receive = createRouter({
      send: (scope, event) => this.conversations.send(scope, event),
      answer: put,
      startRuntime: () => this.startRuntime(),
      version: '0.0.0',
      now,
      newId,
      onRejected: (reason) => this.rejected.push(reason),
    });
  }

  #modelStep() {
    return fromCallback<{ type: 'none' }, ModelStepInput>(({ input, sendBack }) => {
      const step: AskedStep = { input, say: sendBack, isLeft: false };
      this.steps.push(step);
      return () => {
        step.isLeft = true;
      };
    });
  }

  #toolRunner() {
    return fromCallback<{ type: 'tool.cancel' }, RunCallInput>(({ input, sendBack, receive }) => {
      const { callId } = input;
      const call: BegunCall = {
        input,
        end: (outcome) =>
          sendBack({ type: 'tool.ended', callId, outcome: { status: 'success', text: 'done', ...outcome } }),
        print: (text) => sendBack({ type: 'tool.output', callId, text }),
        isCancelled: false,
      };
      receive(() => {
        call.isCancelled = true;
      });
      this.calls.push(call);
    });
  }

  /** A frame of a client about the conversation of the samples. */
  send(type: string, fields: object = {}, scope: Scope = SCOPE): void {
    const runtime = { agent_id: scope.agentId, conversation_id: scope.conversationId };
    this.receive({ type, runtime, ...fields });
  }
  message(id: string, options: object = {}): void {
    const messages = [{ role: 'user', content: `text of ${id}`, client_message_id: id }];
    this.send('input', {
      request_id: `r-${id}`,
      payload: { kind: 'create_message', messages, ...options },
    });
  }
  answerApproval(callId: string, decision: JsonObject, requestId = `r-${callId}`): void {
    this.send('input', {
      request_id: requestId,
      payload: { kind: 'approval_response', request_id: `perm-${callId}`, decision },
    });
  }

  of(type: string): Record<string, unknown>[] {
    return this.frames.filter((frame) => frame.type === type);
  }
  deltas(messageType?: string): Record<string, unknown>[] {
    return this.of('stream_delta')
      .map((frame) => frame.delta as Record<string, unknown>)
      .filter((delta) => messageType === undefined || delta.message_type === messageType);
  }
  loops(): string[] {
    return this.of('update_loop_status').map((frame) => (frame.loop_status as { status: string }).status);
  }

  /** The step that was asked for last, when it is the `count`-th. */
  async step(count = this.steps.length + 1): Promise<AskedStep> {
    await this.#until(() => this.steps.length >= count, `step ${count}`);
    return this.steps[count - 1] as AskedStep;
  }
  async call(count: number): Promise<BegunCall> {
    await this.#until(() => this.calls.length >= count, `call ${count}`);
    return this.calls[count - 1] as BegunCall;
  }
  /** The `count`-th frame of that type. */
  async frame(type: string, count = 1): Promise<Record<string, unknown>> {
    await this.#until(() => this.of(type).length >= count, `frame ${count} of ${type}`);
    return this.of(type)[count - 1] as Record<string, unknown>;
  }

  /** The answer to this request. */
  async reply(requestId: string): Promise<Record<string, unknown>> {
    const find = () => this.frames.find((frame) => frame.request_id === requestId);
    await this.#until(() => find() !== undefined, `a reply to ${requestId}`);
    return find() as Record<string, unknown>;
  }

  stop(): void {
    this.conversations.stop();
  }

  #until(is: () => boolean, what: string): Promise<void> {
    const check = () => {
      if (!is()) throw new Error(`no ${what}; it said: ${this.frames.map(({ type }) => type).join(' ')}`);
    };
    return vi.waitFor(check, { timeout: 10_000, interval: 2 });
  }
}

export const endStep = (step: AskedStep, rest: { runId?: string; stopReason?: string } = {}): void =>
  step.say({ ...ENDED, runId: 'run-1', ...rest });
export const callFor = (step: AskedStep, calls: ProposedCall[], runId = 'run-1'): void =>
  step.say({ ...ENDED, stopReason: 'requires_approval', runId, calls });
export const chunk = (step: AskedStep, content: string, seq = 1, runId = 'run-1'): void =>
  step.say({
    type: 'step.chunks',
    runId,
    seq,
    chunks: [{ message_type: 'assistant_message', id: 'm', run_id: runId, seq_id: seq, content }],
  });

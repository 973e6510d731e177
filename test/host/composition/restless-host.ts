import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { type ActorRefFrom, createActor, fromPromise } from 'xstate';
import { StoreError } from '../../../actors/sqlite/store-error.ts';
import { type HostEvent, hostMachine } from '../../../machines/host.ts';
import type { Mode, ModelStepEvent, ProposedCall, Scope } from '../../../machines/ports.ts';
import { recover } from '../../../src/host/recovery.ts';
import type { HostStore } from '../../../src/host/store/host-store.ts';
import { hostInstance } from '../../../src/host/store/instance.ts';
import { noteOrderlyEnd } from '../../../src/host/store/orderly-end.ts';
import type { VirtualClock } from '../../support/virtual-clock.ts';
import { type AskedStep, type BegunCall, endStep, Rig } from '../support/rig.ts';
import { bash, HUB } from '../support/samples.ts';
import { openStore, reopen, tempFolder } from '../support/temp-store.ts';
import { Follower, keyOf } from './follower.ts';

export const SCOPES: readonly Scope[] = [
  { agentId: 'agent-1', conversationId: 'conv-1' },
  { agentId: 'agent-1', conversationId: 'conv-2' },
];

// A call tells its batch that it is settled and ends; the batch may be over by then, and does not mind.
const warn = console.warn;
console.warn = (...text: unknown[]) => {
  if (!/xstate\.done\.actor\.call:.* was sent to stopped actor/.test(String(text[0]))) warn(...text);
};

/** One life of the host process. */
interface Life {
  store: HostStore;
  rig: Rig;
  host: ActorRefFrom<typeof hostMachine>;
  /** Frames that were told to the follower, or lost on the way. */
  heard: number;
}

export interface RestlessOptions {
  mode: Mode;
  clock: VirtualClock;
  /** Spoils each store before it is used, to show that this is found out. */
  plant?(store: HostStore): void;
}

/** What was asked of the host. */
interface Sent {
  id: string;
  scope: Scope;
  requestId: string;
}

/**
 * A host as `startHost` puts it together, life after life over one real store: machines, desk, gate, outbox, commits
 * and recovery are real; model, tools, the hub and the clock are the test's. Its lives end when the test says so.
 */
export class RestlessHost {
  readonly follower = new Follower();
  readonly sent: Sent[] = [];
  /** Inputs that somebody wanted back. */
  readonly withdrawn = new Set<string>();
  readonly answers: { callId: string; behavior: 'allow' | 'deny'; requestId: string }[] = [];
  /** Every call that was begun, in whatever life. */
  readonly begun: { callId: string; life: number }[] = [];
  /** Calls that the end of a life cut off: begun, and no outcome on disk. */
  readonly cutOff = new Set<string>();
  /** What each call came to, by what was written first; the store forgets it with the end of the turn. */
  readonly outcomes = new Map<string, string>();
  /** Steps that were asked for although their end was on disk. */
  readonly askedAgain: string[] = [];
  readonly #options: RestlessOptions;
  readonly #home = tempFolder();
  readonly #scopes = new Map<string, Scope>();
  /** Steps of which the hub has told something: it knows them from then on. */
  readonly #known = new Set<string>();
  #life: Life;
  #lives = 0;
  #count = 0;
  /** `down`: what the host says is kept for later. `lost`: nobody keeps it. */
  #link: 'up' | 'down' | 'lost' = 'up';

  private constructor(options: RestlessOptions, life: Life) {
    this.#options = options;
    this.#life = life;
  }

  static async start(options: RestlessOptions): Promise<RestlessHost> {
    const made = new RestlessHost(options, undefined as never);
    await made.#begin(openStore(made.#home));
    return made;
  }

  get store(): HostStore {
    return this.#life.store;
  }

  send(scope: Scope, option: string, again?: number): void {
    const known = again === undefined ? undefined : this.sent[again % Math.max(1, this.sent.length)];
    const id = known?.id ?? `m${this.sent.length + 1}`;
    const to = known?.scope ?? scope;
    const requestId = this.#newId('send');
    if (!known) this.sent.push({ id, scope: to, requestId });
    const messages = [{ role: 'user', content: `text of ${id}`, client_message_id: id }];
    const payload = { kind: 'create_message', messages, model: option };
    this.#say('input', { request_id: requestId, payload }, to);
  }

  withdraw(which: number): void {
    const found = this.sent[which % Math.max(1, this.sent.length)];
    if (!found) return;
    this.withdrawn.add(found.id);
    const fields = { request_id: this.#newId('withdraw'), client_message_id: found.id };
    this.#say('withdraw_input', fields, found.scope);
  }

  /** Answers one of all approvals that ever were, also one that is decided. */
  answer(which: number, behavior: 'allow' | 'deny'): void {
    const all = [...this.#scopes];
    const [callId, scope] = all[all.length - 1 - (which % Math.max(1, all.length))] ?? [];
    if (callId !== undefined && scope) this.#answer(callId, scope, behavior);
  }

  abort(scope: Scope): void {
    this.#say('abort_message', { request_id: this.#newId('abort') }, scope);
  }

  resume(scope: Scope): void {
    this.#say('resume_queue', { request_id: this.#newId('resume') }, scope);
  }

  /** Something comes of the model step that was asked for last. */
  model(what: 'chunk' | 'end' | 'propose' | 'unknown' | 'fail'): void {
    const step = this.#life.rig.steps.findLast(({ isLeft }) => !isLeft);
    if (!step) return;
    const key = `${step.input.turnId} ${step.input.step}`;
    if (what === 'fail') return step.say(failure(this.#count));
    if (what === 'unknown') {
      if (step.input.kind === 'attach' && !this.#known.has(key)) step.say({ type: 'step.unknown' });
      return;
    }
    this.#known.add(key);
    if (what === 'chunk') return step.say(chunk(key));
    if (what === 'end') return endStep(step, { runId: `run ${key}` });
    this.#propose(step, key);
  }

  endTool(which: number): void {
    const open = this.#openCalls();
    open[which % Math.max(1, open.length)]?.end({});
  }

  breakLink(how: 'down' | 'lost'): void {
    this.#hear();
    if (this.#link === 'up') this.#link = how;
  }

  mendLink(): void {
    if (this.#link === 'up') return;
    const isLost = this.#link === 'lost';
    if (isLost) this.#life.heard = this.#life.rig.frames.length;
    this.#link = 'up';
    this.#connected(this.#life, !isLost);
  }

  pass(ms: number): void {
    this.#options.clock.advance(ms);
  }

  /** SIGTERM: it ends by itself when its turns have, or at its limit. */
  drain(): void {
    this.#tell(this.#life, { type: 'host.drain' });
  }

  /** `kill -9`: what is not committed never was, what has not left is never told. */
  async crash(): Promise<void> {
    this.#hear();
    const { store, rig, host } = this.#life;
    const { db } = store;
    db.transaction = () => {
      throw new StoreError('io', 'this process is gone');
    };
    rig.stop();
    host.stop();
    this.#noteCutOff(store);
    await rig.gate.idle();
    await rest();
    await this.#begin(reopen(store, this.#home));
  }

  async rest(): Promise<void> {
    await rest();
    await this.#life.rig.gate.idle();
    this.#hear();
    if (this.#life.host.getSnapshot().status === 'done') await this.#endOrderly();
  }

  /** Everybody does what is asked of them. True when nothing is left to do. */
  async finish(): Promise<boolean> {
    this.mendLink();
    await this.rest();
    for (const scope of SCOPES) {
      const row = this.store.conversations.ensure(HUB, scope);
      for (const { proposed } of this.store.calls.pending(row.id)) this.#answer(proposed.id, scope, 'allow');
      if (row.paused || this.store.turns.openOf(row.id)) this.resume(scope);
    }
    for (const call of this.#openCalls()) call.end({});
    this.model('unknown');
    this.model('end');
    await this.rest();
    this.pass(5_000);
    await this.rest();
    return SCOPES.every((scope) => {
      const { id } = this.store.conversations.ensure(HUB, scope);
      return this.store.turns.openOf(id) === null && this.store.inputs.queued(id).length === 0;
    });
  }

  stop(): void {
    this.#life.rig.stop();
    this.#life.host.stop();
  }

  async #begin(store: HostStore): Promise<void> {
    this.#lives += 1;
    this.#options.plant?.(store);
    const instance = hostInstance(store.db, () => 'host');
    const host = createActor(
      hostMachine.provide({ actors: { recover: fromPromise(() => recover(store, instance)) } }),
      { input: { drainLimitMs: 10_000 }, clock: this.#options.clock },
    );
    const rig = new Rig({
      ...{ store, home: this.#home, mode: this.#options.mode, life: `${this.#lives}-` },
      onOpened: (key) => this.#tell(life, { type: 'conversation.opened', key }),
      onClosed: (key) => this.#tell(life, { type: 'conversation.closed', key }),
    });
    writeFileSync(join(rig.project, 'notes.txt'), 'notes');
    const life: Life = { store, rig, host, heard: 0 };
    this.#life = life;
    this.#watch(life);
    if (this.#link !== 'up') this.#link = 'lost';
    const recovered = new Promise<void>((resolve) => {
      host.on('host.recovered', () => resolve());
    });
    host.on('host.draining', () => rig.conversations.drain());
    host.start();
    await recovered;
    if (this.#link === 'up') this.#connected(life, false);
  }

  /** As `startHost` does when its connection is up, and as a hub asks a host that comes without its past. */
  #connected({ rig }: Life, resumed: boolean): void {
    rig.conversations.recover();
    if (!resumed) rig.conversations.broadcast({ type: 'sync.asked', reply: null });
    rig.conversations.broadcast({ type: 'hub.returned' });
    if (resumed) return;
    for (const scope of SCOPES)
      if (this.follower.isRestless(keyOf(scope.agentId, scope.conversationId)))
        rig.send('sync', { request_id: this.#newId('sync') }, scope);
  }

  async #endOrderly(): Promise<void> {
    const { store, rig } = this.#life;
    rig.stop();
    this.#noteCutOff(store);
    await rig.gate.idle();
    this.#hear();
    noteOrderlyEnd(store.db);
    await this.#begin(reopen(store, this.#home));
  }

  /** Notes what is begun and asked for, as it happens. */
  #watch({ rig, store }: Life): void {
    const life = this.#lives;
    const { steps, calls } = rig;
    const noteStep = steps.push.bind(steps);
    steps.push = (step: AskedStep) => {
      const { turnId, step: n } = step.input;
      if (store.turns.step(turnId, n)?.ended) this.askedAgain.push(`${turnId} ${n}`);
      return noteStep(step);
    };
    const noteCall = calls.push.bind(calls);
    calls.push = (call: BegunCall) => {
      this.begun.push({ callId: call.input.callId, life });
      return noteCall(call);
    };
    const settle = store.calls.settle.bind(store.calls);
    store.calls.settle = (turnId, callId, outcome) => {
      settle(turnId, callId, outcome);
      if (!this.outcomes.has(callId)) this.outcomes.set(callId, outcome.outcome ?? outcome.status);
    };
  }

  #noteCutOff(store: HostStore): void {
    for (const { proposed } of store.calls.begunWithoutOutcome()) this.cutOff.add(proposed.id);
  }

  #propose(step: AskedStep, key: string): void {
    const calls = [this.#call(step.input.scope), this.#call(step.input.scope)];
    step.say({
      ...{ type: 'step.ended', stopReason: 'requires_approval', runId: `run ${key}`, usage: null },
      calls,
    });
  }

  /** Every other one asks. */
  #call(scope: Scope): ProposedCall {
    const id = this.#newId('call');
    this.#scopes.set(id, scope);
    return this.#count % 2 === 0
      ? bash(id, `touch ${id}`)
      : { id, name: 'Read', arguments: JSON.stringify({ file_path: 'notes.txt' }) };
  }

  #answer(callId: string, scope: Scope, behavior: 'allow' | 'deny'): void {
    const requestId = this.#newId('answer');
    const decision = behavior === 'allow' ? { behavior } : { behavior, message: 'no' };
    const payload = { kind: 'approval_response', request_id: `perm-${callId}`, decision };
    if (this.#link !== 'up') return;
    this.answers.push({ callId, behavior, requestId });
    this.#say('input', { request_id: requestId, payload }, scope);
  }

  #openCalls(): BegunCall[] {
    const { rig, store } = this.#life;
    const open = new Set(store.calls.begunWithoutOutcome().map(({ proposed }) => proposed.id));
    return rig.calls.filter(({ input }) => open.has(input.callId));
  }

  #say(type: string, fields: object, scope: Scope): void {
    if (this.#link === 'up') this.#life.rig.send(type, fields, scope);
  }

  #hear(): void {
    const { rig } = this.#life;
    if (this.#link === 'down') return;
    for (const frame of rig.frames.slice(this.#life.heard))
      if (this.#link === 'up') this.follower.hear(frame);
    this.#life.heard = rig.frames.length;
  }

  #tell({ host }: Life, event: HostEvent): void {
    if (host.getSnapshot().status === 'active') host.send(event);
  }

  #newId(kind: string): string {
    this.#count += 1;
    return `${kind}-${this.#count}`;
  }
}

/** Lets everything come to rest that waits for nothing but this process. */
async function rest(): Promise<void> {
  for (let n = 0; n < 5; n += 1) await turn();
}

const chunk = (key: string): ModelStepEvent => ({
  ...{ type: 'step.chunks', runId: `run ${key}`, seq: 1 },
  chunks: [{ message_type: 'assistant_message', id: 'm', run_id: `run ${key}`, seq_id: 1, content: 'word' }],
});

const CAUSES = ['hub', 'provider', 'interrupted', 'refused'] as const;
const failure = (count: number): ModelStepEvent => ({
  ...{ type: 'step.failed', cause: CAUSES[count % CAUSES.length] ?? 'hub', message: 'it failed' },
  ...{ runId: null, retryable: true, retryAfterMs: 0 },
});

/**
 * The host of a scenario: its machines, real ones, with puppets for every effect but the outbox, recorded like those of
 * any host. What a person or a hub would do to it comes by its methods.
 */
import { type Actor, type AnyActorLogic, type AnyStateMachine, createActor } from 'xstate';
import { connectionMachine } from '../../../machines/connection.ts';
import { type ConversationEvent, conversationMachine } from '../../../machines/conversation.ts';
import { hostMachine } from '../../../machines/host.ts';
import type { ClassifyInput, CommitOp, DeskCommand, Scope } from '../../../machines/ports.ts';
import type { ActorLabel } from '../../log/line.ts';
import { recordRoot } from '../../log/recorder.ts';
import type { SessionLog } from '../../log/session-log.ts';
import { scopeKey } from '../../protocol/scope.ts';
import { type PuppetEvent, setStage, withPuppets } from '../puppets.ts';
import { ConversationRecord, type Judge } from './conversation-record.ts';
import { type Puppet, StageHands } from './stage-hands.ts';
import type { VirtualClock } from './virtual-clock.ts';

/** What the host's own code contributes: how frames become events, and how it speaks. */
export interface SceneWire {
  outbox: (scope: Scope, record: ConversationRecord, snapshot: () => unknown) => AnyActorLogic;
  labelOf: (src: string) => ActorLabel;
}

export interface SceneOptions {
  wire: SceneWire;
  clock: VirtualClock;
  /** Epoch milliseconds. */
  now: () => number;
  judge: Judge;
  /** Null: nothing is recorded. */
  log: SessionLog | null;
  /** Kept over restarts. */
  records: Map<string, ConversationRecord>;
  /** True: a connection is part of it, and conversations wait for it. */
  isLinked: boolean;
}

/** What the store does with a commit: keep it, leave it unanswered, or refuse it. */
export type StoreMood = 'keep' | 'hold' | 'refuse';

export class Scene {
  store: StoreMood = 'keep';
  isHubAway = false;
  readonly hands: StageHands;
  readonly #options: SceneOptions;
  readonly #roots = new Map<string, Actor<AnyStateMachine>>();
  readonly #deaf = new Set<Puppet>();
  #held: (() => void)[] = [];

  constructor(options: SceneOptions) {
    this.#options = options;
    this.hands = new StageHands({
      onStarted: (puppet) => this.#started(puppet),
      onTold: (puppet, command) => this.#told(puppet, command),
    });
    const host = this.#open('host', hostMachine, { drainLimitMs: 10_000 });
    host.on('host.recovered', () => this.#recovered());
    host.subscribe({ complete: () => this.#ended() });
    host.start();
    this.settle();
  }

  send(scope: Scope, event: ConversationEvent): void {
    this.#conversation(scope).send(event);
  }

  /** Lets everybody answer until nobody has anything to say. */
  settle(): void {
    while (this.hands.answer());
  }

  /** Commits that were held back go on. */
  release(): void {
    this.store = 'keep';
    const held = this.#held;
    this.#held = [];
    for (const go of held) go();
  }

  hubReturned(): void {
    this.isHubAway = false;
    this.#broadcast({ type: 'hub.returned' });
  }

  /** A tool that does not end when it is told to. */
  deafen(puppet: Puppet): void {
    this.#deaf.add(puppet);
  }

  /** The running puppets of that name in a conversation, or in the connection. */
  running(src: string, scope: Scope | null): Puppet[] {
    const root = this.#roots.get(scope === null ? 'connection' : nameOf(scope));
    return this.hands.running(src).filter(({ ref }) => ref.system === root?.system);
  }

  snapshot(scope: Scope): unknown {
    return this.#roots.get(nameOf(scope))?.getSnapshot() ?? null;
  }

  record(scope: Scope): ConversationRecord {
    const { records } = this.#options;
    const key = scopeKey(scope.agentId, scope.conversationId);
    const known = records.get(key) ?? new ConversationRecord(scope);
    records.set(key, known);
    return known;
  }

  /** The host is over: whatever runs ends with it. */
  #ended(): void {
    for (const root of this.#roots.values()) root.stop();
  }

  #recovered(): void {
    if (!this.#options.isLinked) return this.#recover();
    const { log } = this.#options;
    const connection = this.#open('connection', connectionMachine, { seed: 1 });
    connection.on('connection.registered', ({ connectionId }: { connectionId: string }) =>
      log?.lifecycle('registered', { connectionId }),
    );
    connection.on('connection.down', () => log?.lifecycle('disconnected', {}));
    connection.on('connection.up', ({ resumed }: { resumed: boolean }) => {
      log?.lifecycle('connected', { resumed });
      if (!resumed) this.#broadcast({ type: 'sync.asked', reply: null });
      this.#recover();
      this.#broadcast({ type: 'hub.returned' });
    });
    connection.on('connection.superseded', () => this.#roots.get('host')?.send({ type: 'host.superseded' }));
    connection.start();
  }

  #recover(): void {
    for (const record of this.#options.records.values())
      if (record.isOpen && !this.#roots.has(nameOf(record.scope))) this.#conversation(record.scope);
  }

  #broadcast(event: ConversationEvent): void {
    for (const [name, root] of [...this.#roots]) if (name.startsWith('conversation:')) root.send(event);
  }

  #conversation(scope: Scope): Actor<AnyStateMachine> {
    const name = nameOf(scope);
    const running = this.#roots.get(name);
    if (running !== undefined) return running;
    const record = this.record(scope);
    const outbox = this.#options.wire.outbox(scope, record, () => this.snapshot(scope));
    const actor = this.#open(name, conversationMachine, record.input(1), { outbox });
    const key = name.slice('conversation:'.length);
    const host = this.#roots.get('host');
    host?.send({ type: 'conversation.opened', key });
    actor.subscribe({
      complete: () => {
        this.#roots.delete(name);
        host?.send({ type: 'conversation.closed', key });
      },
    });
    actor.start();
    return actor;
  }

  #open(
    name: string,
    machine: AnyStateMachine,
    input: unknown,
    real: Record<string, AnyActorLogic> = {},
  ): Actor<AnyStateMachine> {
    const { log, clock, wire } = this.#options;
    const recorder = log && recordRoot(log, { root: name, labelOf: wire.labelOf, clock });
    const actor = createActor(withPuppets(machine, real), {
      input,
      clock: recorder?.clock ?? clock,
      ...(recorder ? { inspect: recorder.inspect } : {}),
    }) as Actor<AnyStateMachine>;
    setStage(actor, this.hands);
    actor.subscribe({ error: () => recorder?.close() });
    this.#roots.set(name, actor);
    return actor;
  }

  #started(puppet: Puppet): void {
    const { src } = puppet;
    if (src === 'commit') this.#whenKept(() => this.#commit(puppet));
    else if (src === 'classify')
      this.#whenKept(() => {
        const input = puppet.input as ClassifyInput;
        const output = this.record(input.scope).classify(input, this.#options.judge);
        this.hands.finish(puppet, { output });
      });
    else if (src === 'cancelRun')
      this.hands.finish(puppet, {
        output: this.isHubAway ? { ok: false, message: 'the hub is away' } : { ok: true },
      });
    else if (src === 'recover') {
      const records = [...this.#options.records.values()];
      const unknown = records.reduce((sum, record) => sum + record.settleCutOff(), 0);
      this.hands.finish(puppet, { output: { ended: 0, unknown } });
    }
  }

  #commit(puppet: Puppet): void {
    const record = this.#recordOf(puppet);
    if (this.store === 'refuse')
      return this.hands.finish(puppet, { output: { ok: false, error: 'disk full' } });
    const id = record?.commit(puppet.input as CommitOp) ?? '';
    this.hands.finish(puppet, { output: { ok: true, id } });
  }

  #whenKept(work: () => void): void {
    if (this.store === 'hold') this.#held.push(work);
    else work();
  }

  #told(puppet: Puppet, command: PuppetEvent): void {
    if (puppet.src === 'desk') {
      const at = new Date(this.#options.now()).toISOString();
      this.hands.say(puppet, this.#recordOf(puppet)?.command(command as unknown as DeskCommand, at) ?? []);
    }
    if (puppet.src !== 'toolRunner' || command.type !== 'tool.cancel' || this.#deaf.has(puppet)) return;
    const { callId } = puppet.input as { callId: string };
    const outcome = { status: 'error', text: 'Interrupted by user', outcome: 'cancelled' };
    this.hands.say(puppet, [{ type: 'tool.ended', callId, outcome }]);
  }

  #recordOf({ ref }: Puppet): ConversationRecord | undefined {
    const name = [...this.#roots].find(([, root]) => root.system === ref.system)?.[0];
    return [...this.#options.records.values()].find((record) => nameOf(record.scope) === name);
  }
}

function nameOf(scope: Scope): string {
  return `conversation:${scopeKey(scope.agentId, scope.conversationId)}`;
}

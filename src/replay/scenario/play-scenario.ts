import type { ConversationEvent } from '../../../machines/conversation.ts';
import type { Frame, JsonObject, Scope } from '../../../machines/ports.ts';
import type { SessionLog } from '../../log/session-log.ts';
import type { PuppetEvent } from '../puppets.ts';
import type { ConversationRecord } from './conversation-record.ts';
import { ASK, judged, type Verdict } from './judgement.ts';
import { readLinkWords } from './link-words.ts';
import { matchesPattern } from './matches-pattern.ts';
import { readModelWords, split, type ToldStep } from './model-words.ts';
import type { Directive } from './parse-scenario.ts';
import { Scene, type SceneWire } from './scene.ts';
import { VirtualClock } from './virtual-clock.ts';

/** What the player needs of the host's own code; see `SceneWire`. */
export interface ScenarioWire {
  router: (world: {
    send: (scope: Scope, event: ConversationEvent) => void;
    answer: (frame: Frame) => void;
    now: () => number;
    newId: () => string;
  }) => (frame: Frame) => void;
  outbox: (world: {
    say: (frame: Frame) => void;
    record: ConversationRecord;
    snapshot: () => unknown;
    now: () => number;
  }) => ReturnType<SceneWire['outbox']>;
  labelOf: SceneWire['labelOf'];
}

export interface PlayOptions {
  wire: ScenarioWire;
  /** A log for each life of the host, or null; `now` is the time of the scenario, epoch milliseconds. */
  openLog?: (now: () => number) => SessionLog | null;
}

export interface PlayResult {
  ok: boolean;
  /** Frames that left, in order. */
  frames: Frame[];
  /** The directive at which it failed. */
  failed?: { line: number; reason: string };
}

/** A scenario begins at noon of a day long gone. */
const BEGINNING = Date.UTC(2026, 0, 1, 12);

/** Plays a scenario to its end, or to the first directive that fails. */
export function playScenario(directives: readonly Directive[], options: PlayOptions): PlayResult {
  const player = new Player(directives, options);
  for (const directive of directives) {
    const reason = player.play(directive);
    if (reason !== undefined)
      return { ok: false, frames: player.frames, failed: { line: directive.line, reason } };
  }
  player.end();
  return { ok: true, frames: player.frames };
}

class Player {
  readonly frames: Frame[] = [];
  readonly #options: PlayOptions;
  readonly #isLinked: boolean;
  readonly #records = new Map<string, ConversationRecord>();
  readonly #verdicts = new Map<string, Verdict>();
  /** What the model has told of the open step of each turn. */
  readonly #steps = new Map<string, ToldStep>();
  #clock = new VirtualClock();
  #log: SessionLog | null;
  #scene: Scene;
  #scope: Scope = { agentId: 'agent-1', conversationId: 'conv-1' };
  /** Frames up to here were looked at. */
  #seen = 0;
  #ids = 0;
  #runs = 0;
  #calls = 0;

  constructor(directives: readonly Directive[], options: PlayOptions) {
    this.#options = options;
    this.#isLinked = directives.some((directive) => directive.do === 'link');
    this.#log = this.#openLog();
    this.#scene = this.#begin();
  }

  /** Returns why it fails, if it does. */
  play(directive: Directive): string | undefined {
    const reason = this.#play(directive);
    this.#scene.settle();
    return reason;
  }

  end(): void {
    this.#log?.close();
  }

  #play(directive: Directive): string | undefined {
    switch (directive.do) {
      case 'receive':
        return this.#receive(directive.frame);
      case 'expect':
        return this.#expect(directive.pattern);
      case 'forbid':
        return this.#find(directive.pattern) === -1 ? undefined : 'such a frame has left';
      case 'conversation':
        this.#scope = { agentId: 'agent-1', conversationId: directive.id };
        return undefined;
      case 'at':
        if (directive.ms < this.#clock.now) return `it is ${this.#clock.now} ms already`;
        this.#clock.advanceTo(directive.ms, () => this.#scene.settle());
        return undefined;
      case 'judge':
        this.#verdicts.set(directive.tool, directive);
        return undefined;
      case 'restart':
        // Without a word, as by `kill -9`: what was not in the store is gone, and the log just ends.
        this.#log?.flush();
        this.#clock = new VirtualClock(this.#clock.now);
        this.#log = this.#openLog();
        this.#scene = this.#begin();
        return undefined;
      case 'model':
        return this.#model(directive.words);
      case 'tool':
        return this.#tool(directive.call, directive.words);
      case 'store':
        return this.#store(directive.words);
      case 'hub':
        return this.#hub(directive.words);
      case 'link':
        return this.#link(directive.words);
    }
  }

  #now = (): number => BEGINNING + this.#clock.now;

  #openLog(): SessionLog | null {
    return this.#options.openLog?.(this.#now) ?? null;
  }

  #begin(): Scene {
    const { wire } = this.#options;
    return new Scene({
      clock: this.#clock,
      now: this.#now,
      judge: (call) => judged(call, this.#verdicts.get(call.name) ?? ASK, this.#now()),
      log: this.#log,
      records: this.#records,
      isLinked: this.#isLinked,
      wire: {
        labelOf: wire.labelOf,
        outbox: (_, record, snapshot) =>
          wire.outbox({ say: (frame) => this.#say(frame), record, snapshot, now: this.#now }),
      },
    });
  }

  #say(frame: Frame): void {
    this.frames.push(frame);
    this.#log?.frame('send', 'protocol', frame);
  }

  #receive(given: JsonObject): string | undefined {
    const { agentId, conversationId } = this.#scope;
    const runtime = { agent_id: agentId, conversation_id: conversationId };
    const frame = { runtime, ...given } as unknown as Frame;
    if (typeof frame.type !== 'string') return 'a frame has a "type"';
    this.#log?.frame('recv', 'protocol', frame);
    const read = this.#options.wire.router({
      send: (scope, event) => this.#scene.send(scope, event),
      answer: (answer) => this.#say(answer),
      now: this.#now,
      newId: () => `id-${++this.#ids}`,
    });
    read(frame);
    return undefined;
  }

  #find(pattern: JsonObject): number {
    return this.frames.findIndex((frame, index) => index >= this.#seen && matchesPattern(pattern, frame));
  }

  #expect(pattern: JsonObject): string | undefined {
    const found = this.#find(pattern);
    if (found === -1) {
      const since = this.frames.slice(this.#seen).map((frame) => `  ${JSON.stringify(frame)}`);
      return ['no such frame has left. Since the last one that was expected:', ...since].join('\n');
    }
    this.#seen = found + 1;
    return undefined;
  }

  #model(words: string): string | undefined {
    const [puppet] = this.#scene.running('modelStep', this.#scope);
    if (puppet === undefined) return 'no model step runs in this conversation';
    const { turnId, step } = puppet.input as { turnId: string; step: number };
    const key = `${turnId}:${step}`;
    const told = this.#steps.get(key) ?? this.#newStep();
    const read = readModelWords(words, told);
    if (!read.ok) return read.reason;
    const isOver = read.events.some(({ type }) => type === 'step.failed' || type === 'step.ended');
    const isCutOff = read.events.some((event) => event.type === 'step.failed' && event.cause === 'hub');
    // A hub that is out of reach keeps its run; every other end of a step is the end of its run.
    if (isOver && !isCutOff) this.#steps.delete(key);
    else this.#steps.set(key, told);
    this.#scene.hands.say(puppet, read.events as unknown as PuppetEvent[]);
    return undefined;
  }

  #newStep(): ToldStep {
    this.#runs += 1;
    const newCallId = () => `call-${++this.#calls}`;
    return { runId: `run-${this.#runs}`, seq: 0, isSent: false, calls: [], newCallId };
  }

  #tool(call: string | null, words: string): string | undefined {
    const running = this.#scene.running('toolRunner', this.#scope);
    const puppet = running.find(({ input }) => call === null || callOf(input) === call);
    if (puppet === undefined) return call ? `${call} does not run` : 'no tool runs in this conversation';
    if (call === null && running.length > 1)
      return `${running.length} tools run; say which: ${running.map(({ input }) => callOf(input)).join(', ')}`;
    const callId = callOf(puppet.input);
    const [verb, text] = split(words);
    if (verb === 'deaf') this.#scene.deafen(puppet);
    else if (verb === 'out') this.#scene.hands.say(puppet, [{ type: 'tool.output', callId, text }]);
    else if (verb === 'ok' || verb === 'fail') {
      const outcome = { status: verb === 'ok' ? 'success' : 'error', text };
      this.#scene.hands.say(puppet, [{ type: 'tool.ended', callId, outcome }]);
    } else return `tool: "${verb}" is not one of out, ok, fail, deaf`;
    return undefined;
  }

  #store(words: string): string | undefined {
    if (words === 'hold' || words === 'refuse') this.#scene.store = words;
    else if (words === 'keep') this.#scene.release();
    else return `store: "${words}" is not one of hold, keep, refuse`;
    return undefined;
  }

  #hub(words: string): string | undefined {
    if (words === 'away') this.#scene.isHubAway = true;
    else if (words === 'back') this.#scene.hubReturned();
    else return `hub: "${words}" is not one of away, back`;
    return undefined;
  }

  #link(words: string): string | undefined {
    const read = readLinkWords(words);
    if (!read.ok) return read.reason;
    const [puppet] = this.#scene.running(read.to, null);
    if (puppet === undefined)
      return read.to === 'register' ? 'the connection is not registering' : 'the connection has no socket';
    if (read.to === 'register') this.#scene.hands.finish(puppet, { output: read.output });
    else this.#scene.hands.say(puppet, [read.event]);
    return undefined;
  }
}

function callOf(input: unknown): string {
  return (input as { callId: string }).callId;
}

/**
 * Runs one root of a recording again: the real machine with puppets for its effects and a clock that fires when the
 * log says so. Each input is brought as it was recorded, and what the machines say is held against what they said.
 */
import {
  type Actor,
  type AnyActorRef,
  type AnyStateMachine,
  createActor,
  type InspectionEvent,
} from 'xstate';
import type { Json, JsonObject } from '../../machines/ports.ts';
import { KnownActors } from '../log/known-actors.ts';
import { reap, reapChildren } from '../log/reaper.ts';
import { type ArmedTimer, ArmedTimers } from './armed-timers.ts';
import type { Chunk } from './chunks.ts';
import { Expectation, type Listener, type Mismatch, type Said } from './expectation.ts';
import { canSpeak, finish, type PuppetEvent, type Stage, setStage, speak } from './puppets.ts';
import type { RecordedLine } from './recorded-line.ts';
import { ReplayClock } from './replay-clock.ts';

/** An actor of the root as it is now. */
export interface LiveActor {
  path: string;
  src: string;
  kind: 'machine' | 'effect';
  /** Of a machine: its state and context; null and the input of an effect. */
  value: unknown;
  context: unknown;
  status: string;
  /** Those of a machine that run. */
  timers: readonly ArmedTimer[];
}

export interface RootReplayOptions {
  machine: AnyStateMachine;
  input: unknown;
  /** Told of each change of an actor; null when it is gone. */
  onChange?: ((path: string, actor: LiveActor | null) => void) | undefined;
  /** Told instead of comparing: nothing that the machines say counts as wrong. `instead` is the line it stands for. */
  onSaid?: Listener | undefined;
  /** Told of all that XState tells an inspector. */
  onInspect?: ((event: InspectionEvent) => void) | undefined;
}

interface Member {
  ref: AnyActorRef;
  path: string;
  src: string;
  isMachine: boolean;
  input: unknown;
}

export class RootReplay implements Stage {
  readonly #options: RootReplayOptions;
  readonly #clock = new ReplayClock();
  readonly #known = new KnownActors(() => 'actor');
  readonly #members = new WeakMap<object, Member>();
  readonly #byPath = new Map<string, Member>();
  #actor: Actor<AnyStateMachine> | undefined;
  readonly #expected: Expectation;
  readonly #timers = new ArmedTimers();
  #position = 0;
  #over = false;
  #fault: { error: unknown } | undefined;

  constructor(options: RootReplayOptions) {
    this.#options = options;
    this.#expected = new Expectation(options.onSaid);
  }

  /** Replays one step. Returns the first thing that is not as it was; after that the root must not be used. */
  run(chunk: Chunk): Mismatch | undefined {
    const { trigger, end } = chunk;
    const expected = this.#expected;
    this.#position = trigger.position;
    expected.begin(chunk);
    this.#bring(trigger);
    this.#nested();
    if (end?.json.status === 'stopped' && expected.mismatch === undefined) this.#actor?.stop();
    expected.end();
    if (end !== undefined) this.#compareEnd(end);
    if (this.#fault !== undefined) throw this.#fault.error;
    if (expected.mismatch !== undefined) this.stop();
    return expected.mismatch;
  }

  /** Ends it, without a word. */
  stop(): void {
    this.#over = true;
    this.#actor?.stop();
  }

  started(puppet: AnyActorRef): void {
    if (this.#members.has(puppet)) this.#nested();
  }

  told(): void {}

  #bring(line: RecordedLine): void {
    const trouble = this.#deliver(line);
    if (trouble !== undefined) this.#expected.differ(line, trouble, line, null);
  }

  /** Brings an input to where it came in. Returns why that cannot be done. */
  #deliver({ verb, json }: RecordedLine): string | undefined {
    if (verb === 'open') return this.#start();
    if (this.#actor === undefined || this.#over) {
      // Who heard of the end of the root may have sent it something as it ended; such an input does nothing.
      return json.nested === true && json.to === '.' ? undefined : 'the root is over by now';
    }
    if (verb === 'timer') return this.#clock.fire(json.n as number, json.ms as number);
    const event = revived(json.event);
    if (typeof json.from !== 'string') {
      const target = this.#byPath.get(String(json.to));
      if (target === undefined) return `there is no actor ${String(json.to)} now`;
      target.ref.send(event);
      return undefined;
    }
    const source = this.#byPath.get(json.from);
    if (source === undefined || source.isMachine) return `${json.from} does not run now`;
    if (event.type.startsWith('xstate.done.actor.')) finish(source.ref, { output: event.output });
    else if (event.type.startsWith('xstate.error.actor.')) finish(source.ref, { error: event.error });
    else speak(source.ref, event);
    return undefined;
  }

  #start(): string | undefined {
    const actor = createActor(this.#options.machine, {
      input: this.#options.input,
      inspect: this.#inspect,
      clock: this.#clock,
    }) as Actor<AnyStateMachine>;
    this.#actor = actor;
    setStage(actor, this);
    actor.subscribe({
      error: (error) => {
        this.#expected.death = messageOf(error);
        reapChildren(actor);
      },
    });
    actor.start();
    return undefined;
  }

  // An exception in an observer would kill the actor that is being observed.
  #inspect = (event: InspectionEvent): void => {
    try {
      if (!this.#over) {
        this.#options.onInspect?.(event);
        this.#observe(event);
      }
      reap(event);
    } catch (error) {
      this.#fault ??= { error };
    }
  };

  #observe(event: InspectionEvent): void {
    switch (event.type) {
      case '@xstate.event':
        return this.#observeEvent(event);
      case '@xstate.snapshot':
        return this.#observeSnapshot(event);
      case '@xstate.action':
        if (event.action.type !== 'xstate.emit') return;
        this.#say('emit', this.#memberOf(event.actorRef as AnyActorRef), {
          event: (event.action.params as { event: unknown }).event,
        });
    }
  }

  #observeEvent(observed: Extract<InspectionEvent, { type: '@xstate.event' }>): void {
    const { event } = observed;
    const ref = observed.actorRef as AnyActorRef;
    if (event.type === 'xstate.init') {
      const member = this.#memberOf(ref, (event as { input?: unknown }).input);
      this.#byPath.set(member.path, member);
      this.#change(member, 'active', null, member.input);
      if (!member.isMachine) this.#say('run', member, { src: member.src, input: member.input });
      return;
    }
    const member = this.#memberOf(ref);
    const source = observed.sourceRef && this.#memberOf(observed.sourceRef as AnyActorRef);
    if (source?.isMachine && event.type.startsWith('xstate.error.actor.'))
      this.#expected.death = messageOf((event as { error?: unknown }).error);
    if (!member.isMachine && source?.isMachine) this.#say('out', member, { event });
  }

  #observeSnapshot(observed: Extract<InspectionEvent, { type: '@xstate.snapshot' }>): void {
    const member = this.#memberOf(observed.actorRef as AnyActorRef);
    const isStopped = observed.event.type === 'xstate.stop';
    const { status } = observed.snapshot;
    const isOver = isStopped || status !== 'active';
    if (!member.isMachine && isStopped) this.#say('stop', member, {});
    if (isOver && this.#byPath.get(member.path) === member) {
      this.#byPath.delete(member.path);
      this.#options.onChange?.(member.path, null);
    }
    if (!member.isMachine) return;
    const { value, context } = observed.snapshot as unknown as { value: unknown; context: unknown };
    if (!isOver || member.path === '.') this.#change(member, status, value, context);
    if (isOver && member.path === '.') this.#over = true;
    this.#nested();
  }

  /** Brings what came from inside the step, when the line before it is there. */
  #nested(): void {
    for (let line = this.#expected.nested; line !== undefined; line = this.#expected.nested) {
      const { from } = line.json;
      const source = typeof from === 'string' ? this.#byPath.get(from) : undefined;
      // It speaks as soon as it was started; then this is tried again.
      if (source !== undefined && !canSpeak(source.ref)) return;
      this.#expected.passNested();
      this.#bring(line);
    }
  }

  #say(verb: Said['verb'], { path }: Member, json: Said['json']): void {
    if (this.#expected.say({ verb, path, json })) this.#nested();
  }

  #compareEnd(end: RecordedLine): void {
    const status = this.#actor?.getSnapshot().status ?? 'not started';
    const was = String(end.json.status);
    if (was !== status)
      this.#expected.differ(end, `the root was ${was} in the end, now it is ${status}`, end, null);
  }

  #change(member: Member, status: string, value: unknown, context: unknown): void {
    const { path, src, isMachine } = member;
    const { onChange } = this.#options;
    if (onChange === undefined) return;
    const kind = isMachine ? 'machine' : 'effect';
    const timers = isMachine ? this.#timers.of(member.ref, this.#position) : [];
    onChange(path, { path, src, kind, value, context, status, timers });
  }

  #memberOf(ref: AnyActorRef, input?: unknown): Member {
    const found = this.#members.get(ref);
    if (found !== undefined) return found;
    const { path, src, isMachine } = this.#known.of(ref);
    const member = { ref, path: JSON.parse(path) as string, src, isMachine, input };
    this.#members.set(ref, member);
    return member;
  }
}

/** An Error was written as its name and message; the machines are to see an Error again. */
function revived(json: Json | undefined): PuppetEvent {
  const event = { ...(json as JsonObject) } as unknown as PuppetEvent;
  if (typeof event.type !== 'string') return { ...event, type: '(no type)' };
  const { error } = event as { error?: { name?: unknown; message?: unknown } };
  if (!event.type.startsWith('xstate.error.actor.') || typeof error?.message !== 'string') return event;
  return { ...event, error: Object.assign(new Error(error.message), { name: error.name }) };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

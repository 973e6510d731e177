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
import { jsonText } from '../log/json-text.ts';
import { KnownActors } from '../log/known-actors.ts';
import { reap, reapChildren } from '../log/reaper.ts';
import { type Chunk, partOf } from './chunks.ts';
import { tellDifference } from './divergence.ts';
import { canSpeak, finish, type PuppetEvent, type Stage, setStage, speak } from './puppets.ts';
import type { RecordedLine } from './recorded-line.ts';
import { ReplayClock } from './replay-clock.ts';
import { differenceOf, sameJson } from './same-json.ts';

/** What a root does that it did not do, or the other way round. */
export interface Mismatch {
  line: RecordedLine;
  reason: string;
  recorded: string | null;
  live: string | null;
}

/** An actor of the root as it is now. */
export interface LiveActor {
  path: string;
  src: string;
  kind: 'machine' | 'effect';
  /** Of a machine: its state and context; null and the input of an effect. */
  value: unknown;
  context: unknown;
  status: string;
}

type SaidVerb = 'run' | 'out' | 'stop' | 'emit';
export interface Said {
  verb: SaidVerb;
  path: string;
  json: { src?: string; input?: unknown; event?: unknown };
}

export interface RootReplayOptions {
  machine: AnyStateMachine;
  input: unknown;
  /** Told of each change of an actor; null when it is gone. */
  onChange?: ((path: string, actor: LiveActor | null) => void) | undefined;
  /** Told instead of comparing: nothing that the machines say counts as wrong. `instead` is the line it stands for. */
  onSaid?: ((said: Said, instead: RecordedLine | undefined) => void) | undefined;
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
  #lines: RecordedLine[] = [];
  #next = 0;
  #last: RecordedLine | undefined;
  #isCut = false;
  #over = false;
  #death = '';
  #mismatch: Mismatch | undefined;
  #fault: { error: unknown } | undefined;

  constructor(options: RootReplayOptions) {
    this.#options = options;
  }

  /** Replays one step. Returns the first thing that is not as it was; after that the root must not be used. */
  run(chunk: Chunk): Mismatch | undefined {
    const { trigger, end } = chunk;
    this.#lines = chunk.lines;
    this.#next = 0;
    this.#last = trigger;
    this.#isCut = chunk.isCut;
    const trouble = this.#deliver(trigger);
    if (trouble !== undefined) this.#differ(trigger, trouble, trigger, null);
    this.#nested();
    if (end?.json.status === 'stopped' && this.#mismatch === undefined) this.#actor?.stop();
    const missing = this.#missing();
    if (missing !== undefined)
      this.#differ(missing, this.#why('this does not happen any more'), missing, null);
    if (end !== undefined) this.#compareEnd(end);
    if (this.#fault !== undefined) throw this.#fault.error;
    if (this.#mismatch !== undefined) this.stop();
    return this.#mismatch;
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

  /** Brings an input to where it came in. Returns why that cannot be done. */
  #deliver({ verb, json }: RecordedLine): string | undefined {
    if (verb === 'open') return this.#start();
    if (this.#actor === undefined || this.#over) {
      // Who heard of the end of the root may have sent it something as it ended; such an input does nothing.
      return json.nested === true && json.to === '.' ? undefined : this.#why('the root is over by now');
    }
    if (verb === 'timer') return this.#clock.fire(json.n as number, json.ms as number);
    const event = revived(json.event);
    if (typeof json.from !== 'string') {
      const target = this.#byPath.get(String(json.to));
      if (target === undefined) return this.#why(`there is no actor ${String(json.to)} now`);
      target.ref.send(event);
      return undefined;
    }
    const source = this.#byPath.get(json.from);
    if (source === undefined || source.isMachine) return this.#why(`${json.from} does not run now`);
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
        this.#death = messageOf(error);
        reapChildren(actor);
      },
    });
    actor.start();
    return undefined;
  }

  // An exception in an observer would kill the actor that is being observed.
  #inspect = (event: InspectionEvent): void => {
    try {
      if (!this.#over) this.#observe(event);
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
      this.#death = messageOf((event as { error?: unknown }).error);
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

  /** Inputs that came from inside the step, when the line before them is there. */
  #nested(): void {
    for (;;) {
      const line = this.#lines[this.#next];
      if (line === undefined || this.#mismatch !== undefined || partOf(line) !== 'nested') return;
      const { from } = line.json;
      const source = typeof from === 'string' ? this.#byPath.get(from) : undefined;
      // It speaks as soon as it was started; then this is tried again.
      if (source !== undefined && !canSpeak(source.ref)) return;
      this.#next += 1;
      this.#last = line;
      const trouble = this.#deliver(line);
      if (trouble !== undefined) this.#differ(line, trouble, line, null);
    }
  }

  #say(verb: SaidVerb, { path }: Member, json: Said['json']): void {
    if (this.#mismatch !== undefined) return;
    if (this.#options.onSaid !== undefined) return this.#sayAnew({ verb, path, json });
    const line = this.#lines[this.#next];
    if (line?.verb !== verb || line.json.path !== path || !isSaid(line.json, json))
      return this.#sayOtherwise({ verb, path, json }, line);
    this.#next += 1;
    this.#last = line;
    this.#nested();
  }

  /** Stands for the next recorded line of its kind, before the next input from inside. */
  #sayAnew(said: Said): void {
    for (let at = this.#next; at < this.#lines.length; at++) {
      const line = this.#lines[at];
      if (line === undefined || partOf(line) === 'nested') break;
      if (line.verb !== said.verb || line.json.path !== said.path) continue;
      this.#next = at + 1;
      this.#options.onSaid?.(said, line);
      return this.#nested();
    }
    this.#options.onSaid?.(said, undefined);
  }

  /** A recorded line of the step that was not reached. */
  #missing(): RecordedLine | undefined {
    const left = this.#lines.slice(this.#next);
    return this.#options.onSaid === undefined ? left[0] : left.find((line) => partOf(line) === 'nested');
  }

  #sayOtherwise(said: Said, line: RecordedLine | undefined): void {
    if (line === undefined) {
      if (this.#isCut || this.#last === undefined) return;
      this.#differ(this.#last, this.#why('the machines say more than they did'), null, said);
      return;
    }
    const isOfSameKind = line.verb === said.verb && line.json.path === said.path;
    const difference = isOfSameKind ? differenceOf(bodyOf(line.json), said.json) : undefined;
    const reason = difference
      ? tellDifference(difference)
      : `${said.verb} ${said.path} comes instead of ${line.verb} ${String(line.json.path ?? line.json.to)}`;
    this.#differ(line, this.#why(reason), line, said);
  }

  #compareEnd(end: RecordedLine): void {
    const status = this.#actor?.getSnapshot().status ?? 'not started';
    if (end.json.status === status) return;
    this.#differ(
      end,
      this.#why(`the root was ${String(end.json.status)} in the end, now it is ${status}`),
      end,
      null,
    );
  }

  #differ(line: RecordedLine, reason: string, recorded: RecordedLine | null, live: Said | null): void {
    this.#mismatch ??= {
      line,
      reason,
      recorded: recorded && shown(recorded.verb, recorded.json),
      live: live && shown(live.verb, { path: live.path, ...live.json }),
    };
  }

  #why(reason: string): string {
    return this.#death === '' ? reason : `${reason}; a machine died: ${this.#death}`;
  }

  #change(member: Member, status: string, value: unknown, context: unknown): void {
    const { path, src, isMachine } = member;
    const kind = isMachine ? 'machine' : 'effect';
    this.#options.onChange?.(path, { path, src, kind, value, context, status });
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

function isSaid(recorded: JsonObject, said: Said['json']): boolean {
  return (
    recorded.src === said.src && sameJson(recorded.input, said.input) && sameJson(recorded.event, said.event)
  );
}

function shown(verb: string, { root: _, path, ...body }: { root?: unknown; path?: unknown }): string {
  return [verb, ...(path === undefined ? [] : [String(path)]), jsonText(body)].join(' ');
}

function bodyOf(json: JsonObject): JsonObject {
  const { root: _, path: __, ...body } = json;
  return body;
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

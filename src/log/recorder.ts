/**
 * Records one actor system: every event that crosses from the world or an effect actor into one of its machines, and
 * everything its machines ask for. Machines among themselves are not recorded; a replay repeats what they do. `line.ts`
 * has the lines.
 *
 * What a replay relies on:
 * - An actor is named by its root and its path: the ids below the root joined by `/`, `.` for the root itself.
 * - A root begins with `· open`, and ends with `· ended {root, status}`. The same name may open again later.
 * - Lines stand in the order in which things happened. `n` counts the inputs of a root from 0, timers count by
 *   themselves from 0. An `in` with `nested` was sent from within a step of the root and belongs right after the line
 *   before it; any other came while the root was at rest.
 * - A frame that became an event is written as it came, `← recv` with `_`, and the event as `← in` with the same `n`:
 *   both, so that a replay needs no knowledge of the wire and a reader sees what the event was made of.
 * - An effect actor that ends by itself speaks last by `xstate.done.actor.*` or `xstate.error.actor.*`; one that is
 *   ended has a `→ stop`. An Error is `{name, message}`.
 * - When a segment begins, a root that is at rest and knows the input that would bring a fresh one to the same place is
 *   written as `open` with `reopened`, with the effects that run, and counts from 0 again; timers that are set keep
 *   their order and are the first. Any other is `· continues {root, segment}`, the segment in which it opened.
 */
import type { ActorRefLike, AnyEventObject, InspectionEvent } from 'xstate';
import { jsonText } from './json-text.ts';
import { type KnownActor, KnownActors } from './known-actors.ts';
import type { ActorLabel, FrameLabel } from './line.ts';
import { reap, reapChildren } from './reaper.ts';
import { type Clock, RecordingClock } from './recording-clock.ts';
import type { SessionLog } from './session-log.ts';
import { Steps } from './steps.ts';

export interface RecordOptions {
  /** The root's name in the log, the same in every run, such as `connection` or `conversation:conv-1`. */
  root: string;
  /** The label of an effect actor, by the name under which its machine knows it. */
  labelOf: (src: string) => ActorLabel;
  /**
   * The input with which a fresh root would be where this one is now; undefined while it is busy. Asked only between
   * steps. Without it the root is replayed from where it opened.
   */
  reopen?: () => { input?: unknown } | undefined;
  /** Where the timers run; the platform's by default. */
  clock?: Clock;
}

export interface ReceivedFrame {
  label: FrameLabel;
  /** The frame as it came. */
  wire: string | object;
  /** What the actor stamped the event with: epoch milliseconds and an id. */
  at: number;
  id: string;
  /** The path of the machine that gets the event; the root when absent. */
  path?: string;
}

/** For `createActor(machine, { inspect, clock })`. The observer also reaps; see `reaper.ts`. */
export interface RootRecorder {
  inspect: (event: InspectionEvent) => void;
  clock: Clock;
  /** Logs the frame and lets `deliver` send the event that was made of it. */
  received(frame: ReceivedFrame, deliver: () => void): void;
  /**
   * Ends the recording. Needed for a root that died, in its `error` subscriber, where it also stops the root's
   * children; for one that is done or stopped it has happened already.
   */
  close(): void;
}

export function recordRoot(log: SessionLog, options: RecordOptions): RootRecorder {
  return new Recorder(log, options);
}

class Recorder implements RootRecorder {
  readonly clock: RecordingClock;
  #log: SessionLog;
  #options: RecordOptions;
  #root: string;
  #actors: KnownActors;
  #steps = new Steps();
  #inputs = 0;
  /** The effect actors that run, in the order they were started. */
  #running = new Map<KnownActor, unknown>();
  #opened: { ref: ActorRefLike; machine: string; segment: number } | undefined;
  #over = false;
  #failed = false;
  #unfollow: () => void;

  constructor(log: SessionLog, options: RecordOptions) {
    this.#log = log;
    this.#options = options;
    this.#root = JSON.stringify(options.root);
    this.#actors = new KnownActors(options.labelOf);
    this.clock = new RecordingClock((n, ms) => this.#fired(n, ms), options.clock);
    this.#unfollow = log.follow({
      rolled: () => this.#guard(() => this.#rolled()),
      closing: () => this.close(),
    });
  }

  // An exception in an observer would kill the actor that is being observed.
  inspect = (event: InspectionEvent): void => {
    try {
      if (!this.#over) this.#record(event);
    } catch (error) {
      this.#tellFailed(error);
    }
    try {
      reap(event);
    } catch (error) {
      this.#tellFailed(error);
    }
  };

  received(frame: ReceivedFrame, deliver: () => void): void {
    const { label, wire, at, id, path = '.' } = frame;
    const event = { root: this.#options.root, path, n: this.#inputs, at, id };
    this.#log.frame('recv', label, wire, this.#over ? undefined : event);
    deliver();
  }

  close(): void {
    if (this.#over) return;
    const ref = this.#opened?.ref;
    if (ref !== undefined) this.#guard(() => reapChildren(ref));
    this.#guard(() => this.#end());
  }

  #record(event: InspectionEvent): void {
    switch (event.type) {
      case '@xstate.event':
        this.#event(event.actorRef, event.sourceRef, event.event);
        return;
      case '@xstate.snapshot':
        this.#snapshot(this.#actors.of(event.actorRef), event.snapshot.status, event.event);
        return;
      case '@xstate.action':
        if (event.action.type === 'xstate.emit') {
          const emitted = (event.action.params as { event: unknown }).event;
          this.#border('emit', 'actor', this.#actors.of(event.actorRef), `,"event":${jsonText(emitted)}`);
        }
    }
  }

  #event(ref: ActorRefLike, sourceRef: ActorRefLike | undefined, event: AnyEventObject): void {
    const actor = this.#actors.of(ref);
    if (event.type === 'xstate.init') {
      this.#started(ref, actor, event.input);
      return;
    }
    const source = sourceRef === undefined ? undefined : this.#actors.of(sourceRef);
    if (event.type.startsWith('xstate.error.actor.') && source !== undefined) this.#gone(source);
    if (!actor.isMachine) {
      if (source?.isMachine) this.#border('out', actor.label, actor, `,"event":${jsonText(event)}`);
      return;
    }
    if (!source?.isMachine) this.#input(actor, source, event);
    this.#steps.received(actor);
  }

  #started(ref: ActorRefLike, actor: KnownActor, input: unknown): void {
    if (actor.isRoot) {
      const machine = (ref as { logic?: { id?: string } }).logic?.id ?? '(no machine)';
      this.#opened = { ref, machine, segment: this.#log.segment };
      this.#open(input);
    }
    if (actor.isMachine) {
      this.#steps.started(actor);
      return;
    }
    this.#running.set(actor, input);
    this.#run(actor, input);
  }

  #open(input: unknown, reopened?: true): void {
    const machine = JSON.stringify(this.#opened?.machine);
    const rest = `${inputText(input)}${reopened === undefined ? '' : ',"reopened":true'}`;
    this.#log.border('open', 'lifecycle', `{"root":${this.#root},"machine":${machine}${rest}}`);
  }

  #run(actor: KnownActor, input: unknown): void {
    this.#border('run', actor.label, actor, `,"src":${JSON.stringify(actor.src)}${inputText(input)}`);
  }

  #input(actor: KnownActor, source: KnownActor | undefined, event: AnyEventObject): void {
    if (this.#opened === undefined) throw new Error(`"${event.type}" was sent before the root was started`);
    const from = source === undefined ? '' : `,"from":${source.path}`;
    const nested = this.#steps.inside ? ',"nested":true' : '';
    const text = `{"root":${this.#root},"to":${actor.path}${from},"n":${this.#inputs++}${nested},"event":${jsonText(event)}}`;
    this.#log.border('in', source?.label ?? 'actor', text);
  }

  #snapshot(actor: KnownActor, status: string, event: AnyEventObject): void {
    const stopped = event.type === 'xstate.stop';
    if (actor.isMachine) {
      if (stopped || status !== 'active') this.#gone(actor);
      else this.#steps.settled(actor);
      if (actor.isRoot && status !== 'active') this.#end();
      return;
    }
    if (stopped) this.#border('stop', actor.label, actor, '');
    if (status !== 'active') this.#gone(actor);
  }

  #gone(actor: KnownActor): void {
    if (actor.isMachine) this.#steps.ended(actor);
    else this.#running.delete(actor);
  }

  #border(verb: 'run' | 'out' | 'stop' | 'emit', label: ActorLabel, actor: KnownActor, rest: string): void {
    this.#log.border(verb, label, `{"root":${this.#root},"path":${actor.path}${rest}}`);
  }

  #fired(n: number, ms: number): void {
    if (!this.#over)
      this.#guard(() => this.#log.border('timer', 'timer', `{"root":${this.#root},"n":${n},"ms":${ms}}`));
  }

  #rolled(): void {
    if (this.#opened === undefined) return;
    const fresh = this.#steps.inside ? undefined : this.#options.reopen?.();
    if (fresh === undefined) {
      this.#log.lifecycle('continues', { root: this.#options.root, segment: this.#opened.segment });
      return;
    }
    this.#opened.segment = this.#log.segment;
    this.#inputs = 0;
    this.clock.renumber();
    this.#open(fresh.input, true);
    for (const [actor, input] of this.#running) this.#run(actor, input);
  }

  #end(): void {
    this.#over = true;
    this.#unfollow();
    if (this.#opened === undefined) return;
    const { status, error } = this.#opened.ref.getSnapshot() as { status: string; error?: unknown };
    this.#log.lifecycle('ended', {
      root: this.#options.root,
      status,
      ...(error === undefined ? {} : { error }),
    });
  }

  #guard(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#tellFailed(error);
    }
  }

  /** Once: it tells that this recording is not whole, and a fault that repeats must not fill the log. */
  #tellFailed(error: unknown): void {
    if (this.#failed) return;
    this.#failed = true;
    this.#log.lifecycle('record_failed', { root: this.#options.root, error });
  }
}

function inputText(input: unknown): string {
  return input === undefined ? '' : `,"input":${jsonText(input)}`;
}

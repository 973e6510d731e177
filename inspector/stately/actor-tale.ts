import type { ActorRefLike, AnyActor, AnyEventObject, InspectionEvent, Snapshot } from 'xstate';
import { KnownActors } from '../../src/log/known-actors.ts';
import { PUPPET_END } from '../../src/replay/puppets.ts';
import { definitionOf } from './definition.ts';
import { messageText, STATELY_VERSION, type StatelyMessage, type StatelySnapshot } from './message.ts';

/** An actor as Stately's inspector knows it. */
interface Told {
  ref: ActorRefLike;
  /** `actor-7`: unlike its path it is never used again. */
  sessionId: string;
  /** The name of its root in the log. */
  root: string;
  rootId: string;
  parentId: string | undefined;
  /** Its path; of a root its name. */
  name: string;
}

type Body<M> = M extends StatelyMessage
  ? Omit<M, 'sessionId' | 'rootId' | 'id' | 'createdAt' | '_version'>
  : never;

/** Tells of the actors of several systems what Stately's inspector wants to hear. */
export class ActorTale {
  readonly #tell: (text: () => string) => void;
  readonly #now: () => number;
  readonly #told = new WeakMap<ActorRefLike, Told>();
  readonly #living = new Set<Told>();
  readonly #names = new WeakMap<object, KnownActors>();
  #actors = 0;
  #messages = 0;

  /** `tell` may ask for the text of each message, at once. `now` in epoch milliseconds. */
  constructor(tell: (text: () => string) => void, now: () => number) {
    this.#tell = tell;
    this.#now = now;
  }

  /** What XState tells of a root. */
  observe(root: string, observed: InspectionEvent): void {
    const told = this.#of(root, observed.actorRef);
    switch (observed.type) {
      case '@xstate.actor':
        // It cannot be asked for its state yet; that follows with its first snapshot.
        this.#say(told, introduction(told, { status: 'active' }));
        return;
      case '@xstate.event': {
        const { sourceRef, event } = observed;
        if (event.type === PUPPET_END) return;
        const sourceId = sourceRef && this.#of(root, sourceRef).sessionId;
        this.#say(told, { type: '@xstate.event', sourceId, event });
        return;
      }
      case '@xstate.snapshot':
        this.#changed(told, observed.snapshot, observed.event);
    }
  }

  /** The root is not there any more, and what it had is gone with it. */
  gone(root: string): void {
    for (const told of this.#living)
      if (told.root === root) this.#changed(told, told.ref.getSnapshot(), { type: 'xstate.stop' });
  }

  /** The messages that introduce all that lives now, parents first. */
  living(): string[] {
    return [...this.#living].map((told) =>
      this.#text(told, introduction(told, shown(told.ref.getSnapshot()))),
    );
  }

  /** What a receiver was not told, as an event of the first actor that lives. */
  leftOut(messages: number): string[] {
    const [first] = this.#living;
    const event = { type: 'inspector.leftOut', messages };
    return first ? [this.#text(first, { type: '@xstate.event', sourceId: undefined, event })] : [];
  }

  #changed(told: Told, was: Snapshot<unknown>, event: AnyEventObject): void {
    const snapshot = shown(was);
    if (event.type === 'xstate.stop') snapshot.status = 'stopped';
    if (snapshot.status !== 'active') this.#living.delete(told);
    const type = event.type === PUPPET_END ? 'effect.ended' : event.type;
    this.#say(told, { type: '@xstate.snapshot', event: { ...event, type }, snapshot });
  }

  #say(told: Told, body: Body<StatelyMessage>): void {
    this.#tell(() => this.#text(told, body));
  }

  #text({ sessionId, rootId }: Told, body: Body<StatelyMessage>): string {
    this.#messages += 1;
    const createdAt = String(this.#now());
    return messageText({
      ...body,
      ...{ sessionId, rootId, id: String(this.#messages), createdAt, _version: STATELY_VERSION },
    });
  }

  #of(root: string, ref: ActorRefLike): Told {
    const found = this.#told.get(ref);
    if (found !== undefined) return found;
    const { _parent: parent, system } = ref as AnyActor;
    const names = this.#names.get(system) ?? new KnownActors(() => 'actor');
    this.#names.set(system, names);
    const path = JSON.parse(names.of(ref).path) as string;
    const above = parent && this.#of(root, parent);
    this.#actors += 1;
    const sessionId = `actor-${this.#actors}`;
    const name = path === '.' ? root : path;
    const told: Told = {
      ...{ ref, sessionId, root, name },
      rootId: above?.rootId ?? sessionId,
      parentId: above?.sessionId,
    };
    this.#told.set(ref, told);
    this.#living.add(told);
    return told;
  }
}

function introduction({ ref, name, parentId }: Told, snapshot: StatelySnapshot): Body<StatelyMessage> {
  const definition = definitionOf((ref as AnyActor).logic, name);
  return { type: '@xstate.actor', name, parentId, definition, snapshot };
}

/** Of a machine its state and context, of an effect what it was asked and what came of it. */
function shown(snapshot: Snapshot<unknown>): StatelySnapshot {
  const { status, value, context, input, output, error } = snapshot as StatelySnapshot & {
    input?: unknown;
  };
  return { status, value, context: context ?? (input === undefined ? undefined : { input }), output, error };
}

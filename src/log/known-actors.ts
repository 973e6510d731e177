import { type ActorRefLike, type AnyActor, type AnyActorRef, StateMachine } from 'xstate';
import type { ActorLabel } from './line.ts';

/** What the log says of an actor of one root. */
export interface KnownActor {
  /**
   * JSON text of its path: the ids from below the root down, joined by `/`; the root itself is `.`. The same in every
   * run, which session ids are not.
   */
  path: string;
  /** The name under which the machine knows it. */
  src: string;
  label: ActorLabel;
  isMachine: boolean;
  isRoot: boolean;
}

/** Looks every actor up once. Throws for one of another system: what is sent there passes by that system's recorder. */
export class KnownActors {
  #known = new WeakMap<object, KnownActor>();
  #system: unknown;
  #labelOf: (src: string) => ActorLabel;

  constructor(labelOf: (src: string) => ActorLabel) {
    this.#labelOf = labelOf;
  }

  of(ref: ActorRefLike): KnownActor {
    const known = this.#known.get(ref);
    if (known !== undefined) return known;
    const { id, system, src: source, logic, _parent: parent } = ref as AnyActor;
    this.#system ??= system;
    if (system !== this.#system)
      throw new Error(`"${id}" is an actor of another root; roots talk through ports`);
    const isMachine = logic instanceof StateMachine;
    const src = typeof source === 'string' ? source : '(inline)';
    const actor: KnownActor = {
      path: JSON.stringify(idsOf(ref as AnyActor).join('/') || '.'),
      src,
      label: isMachine ? 'actor' : this.#labelOf(src),
      isMachine,
      isRoot: parent === undefined,
    };
    this.#known.set(ref, actor);
    return actor;
  }
}

function idsOf(ref: AnyActorRef): string[] {
  const parent = (ref as AnyActor)._parent;
  return parent === undefined ? [] : [...idsOf(parent), escapeId(ref.id)];
}

/** So that no two actors share a path. */
function escapeId(id: string): string {
  return id === '.' ? '%2E' : id.replace(/[%/]/g, (sign) => (sign === '/' ? '%2F' : '%25'));
}

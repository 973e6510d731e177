import { type Runtime, scopeKey } from '../../protocol/scope.ts';
import { eventText } from './event-text.ts';
import { Ring } from './ring.ts';
import { ToldPrompts } from './told-prompts.ts';

export const MAX_RINGS = 256;
export const RING_IDLE_MS = 10 * 60_000;

/** Frames that tell of the transcript, which is the same wherever the conversation's turn runs. */
const OF_THE_TRANSCRIPT = new Set(['stream_delta', 'turn_finished']);

/**
 * The rings of this life of the hub. A ring belongs to a conversation in one environment: queue, mode and
 * approvals are that host's own. What concerns the transcript goes to the other environments' rings of the
 * conversation too, so that who is attached to the laptop sees the turn that staging runs.
 */
export class Rings {
  readonly #life: string;
  readonly #now: () => number;
  readonly #all = new Map<string, Ring>();
  readonly #byScope = new Map<string, Set<Ring>>();
  readonly #prompts = new ToldPrompts();
  #made = 0;

  constructor(life: string, now: () => number) {
    this.#life = life;
    this.#now = now;
  }

  get size(): number {
    return this.#all.size;
  }

  /** The ring of a conversation in an environment, made when there is none. */
  of(environmentId: string, runtime: Runtime): Ring {
    const scope = scopeKey(runtime.agent_id, runtime.conversation_id);
    const found = this.#all.get(keyOf(environmentId, scope));
    if (found) return found;
    if (this.#all.size >= MAX_RINGS) this.#dropOldest();
    const { agent_id, conversation_id } = runtime;
    const ring = new Ring(environmentId, scope, { agent_id, conversation_id }, this.#stream(), this.#now());
    this.#all.set(keyOf(environmentId, scope), ring);
    const sameScope = this.#byScope.get(scope) ?? new Set();
    this.#byScope.set(scope, sameScope.add(ring));
    return ring;
  }

  /**
   * Numbers an event and gives it to all who follow; a prompt once, whoever tells it. `environmentId` is null for what
   * the hub says itself; `wire` is the text in which the frame came.
   */
  publish(
    environmentId: string | null,
    runtime: Runtime,
    frame: Record<string, unknown>,
    wire: string | null = null,
  ): void {
    const type = String(frame.type);
    const isDelta = type === 'stream_delta';
    const scope = scopeKey(runtime.agent_id, runtime.conversation_id);
    if (isDelta && !this.#prompts.isNews(scope, frame)) return;
    const text = eventText(frame, wire, this.#now);
    const own = environmentId === null ? null : this.of(environmentId, runtime);
    if (own) this.#append(own, text, isDelta, environmentId);
    if (own && !OF_THE_TRANSCRIPT.has(type)) return;
    const others = this.#byScope.get(scope);
    if (!others || (own && others.size === 1)) return;
    const elsewhere =
      environmentId === null ? text : `${text},"environment_id":${JSON.stringify(environmentId)}`;
    for (const ring of others) if (ring !== own) this.#append(ring, elsewhere, isDelta, environmentId);
  }

  /**
   * What an environment said of one conversation, or of all, has a hole. Who follows the conversation elsewhere was to
   * see it too.
   */
  restart(environmentId: string, reason: 'host' | 'room', runtime?: Runtime): void {
    const own = [...this.#all.values()].filter((ring) => ring.environmentId === environmentId);
    const scopes = runtime
      ? [scopeKey(runtime.agent_id, runtime.conversation_id)]
      : own.map(({ scope }) => scope);
    for (const scope of scopes)
      for (const ring of this.#byScope.get(scope) ?? []) ring.restart(this.#stream(), reason);
  }

  /** Drops what nobody follows and nothing has happened in for a while. */
  sweep(): void {
    const before = this.#now() - RING_IDLE_MS;
    for (const ring of this.#all.values()) {
      // Not later than now, also when the clock was set back.
      ring.touchedAt = Math.min(ring.touchedAt, before + RING_IDLE_MS);
      if (ring.readers.size === 0 && ring.touchedAt <= before) this.#drop(ring);
    }
  }

  /** Forgets an environment's rings. */
  forget(environmentId: string): void {
    for (const ring of this.#all.values()) if (ring.environmentId === environmentId) this.#drop(ring);
  }

  #append(ring: Ring, text: string, isDelta: boolean, origin: string | null): void {
    ring.touchedAt = this.#now();
    ring.append(text, isDelta, origin);
  }

  #stream(): string {
    this.#made += 1;
    return `${this.#life}-${this.#made.toString(36)}`;
  }

  #dropOldest(): void {
    let oldest: Ring | null = null;
    for (const ring of this.#all.values())
      if (ring.readers.size === 0 && (oldest === null || ring.touchedAt < oldest.touchedAt)) oldest = ring;
    if (oldest) this.#drop(oldest);
  }

  #drop(ring: Ring): void {
    this.#all.delete(keyOf(ring.environmentId, ring.scope));
    const sameScope = this.#byScope.get(ring.scope);
    sameScope?.delete(ring);
    if (sameScope?.size === 0) this.#byScope.delete(ring.scope);
  }
}

const keyOf = (environmentId: string, scope: string): string => `${environmentId}\n${scope}`;

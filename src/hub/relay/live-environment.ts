import { spareWrite } from '../../../actors/sqlite/spare-write.ts';
import { UNKNOWN_ENVIRONMENT } from '../../protocol/register.ts';
import type { EnvironmentStatus, HeldEvent } from '../../protocol/relay.ts';
import type { Right } from '../ports.ts';
import type { Environment } from '../registry/environments.ts';
import { askAnew } from './ask-anew.ts';
import { type Held, heldItem } from './bag.ts';
import { ClientSocket, type ClientSocketOptions } from './client-socket.ts';
import type { RelayContext } from './context.ts';
import { Delivery } from './delivery.ts';
import { guard } from './guard.ts';
import { hold } from './hold.ts';
import { receiveHostFrame } from './host-frame.ts';
import { HostGate } from './host-gate.ts';
import type { HostSocket, LinkMemory } from './host-socket.ts';
import type { Host, Live } from './live.ts';
import { Pending } from './pending.ts';
import { refusal } from './refusal.ts';
import { buildSnapshot, type EnvironmentView } from './snapshot.ts';

/** One environment in this life of the hub: its host, its clients, and what is on its way between them. */
export class LiveEnvironment implements Live {
  readonly id: string;
  readonly pending: Pending;
  readonly delivery: Delivery;
  readonly gate: HostGate;
  /** The link to the life of the host that was here last. */
  readonly link: LinkMemory = { link: null };
  readonly #context: RelayContext;
  readonly #clients = new Set<ClientSocket>();
  #environment: Environment;
  #told: EnvironmentView['status'] = 'offline';
  #hadHost = false;

  constructor(context: RelayContext, environment: Environment) {
    this.id = environment.id;
    this.#context = context;
    this.#environment = environment;
    this.pending = new Pending(context.life);
    this.delivery = new Delivery(context, this);
    this.gate = new HostGate(context, environment, {
      ready: (socket, resumed) => this.#ready(socket, resumed),
      frame: (frame, wire) =>
        receiveHostFrame(context, this, frame, (said, right) => this.#tellAll(said, right), wire),
      lost: () => this.#lost(),
      changed: () => this.#tellStatus(),
    });
  }

  get name(): string {
    return this.#environment.name;
  }
  get isForeign(): boolean {
    return this.#environment.epoch === null;
  }
  get host(): Host | null {
    return this.gate.host;
  }
  get lastSeen(): number {
    return Math.max(this.gate.lastHeard ?? 0, this.#environment.lastSeen);
  }

  /** A host has registered for this environment. */
  registered(environment: Environment): void {
    this.#environment = environment;
    this.gate.renew(environment.generation);
  }

  openClient(options: Omit<ClientSocketOptions, 'snapshot'>): ClientSocket {
    const snapshot: ClientSocketOptions['snapshot'] = async (ring) => {
      try {
        return await buildSnapshot(this.#context, ring, this.#view());
      } catch (error) {
        this.#context.log.lifecycle('failed', { what: 'snapshot', error: (error as Error).message });
        throw error;
      }
    };
    const client = new ClientSocket(this.#context, this, { ...options, snapshot });
    this.#clients.add(client);
    const who = { environment: this.id, person: options.person.name };
    this.#context.log.lifecycle('client_connected', who);
    options.ws.on('close', (code) => {
      this.#clients.delete(client);
      this.#context.log.lifecycle('client_disconnected', { ...who, code });
    });
    return client;
  }

  /** A person removes the environment. */
  forget(): void {
    this.gate.forget();
    for (const client of this.#clients) client.close(UNKNOWN_ENVIRONMENT.code, UNKNOWN_ENVIRONMENT.reason);
  }

  /** Answers for the host what it has left unanswered too long. */
  sweep(now: number): void {
    const late = this.pending.overdue(now);
    const text = `"${this.name}" has not answered; it may still carry this out. Asking again is safe`;
    for (const { asker, frame } of late) asker?.answer(refusal(frame, 'environment_offline', text));
    if (late.length > 0) this.delivery.pump();
  }

  checkClients(): void {
    for (const client of this.#clients) client.checkAlive();
  }

  close(code: number, reason: string): void {
    this.gate.close(code, reason);
    for (const client of this.#clients) client.close(code, reason);
  }

  publishHeld(held: Held, type: HeldEvent['type'], error?: string): void {
    const { acting_user_id, ...runtime } = held.frame.runtime;
    const where = { runtime, environment: this.id };
    const event: HeldEvent =
      type === 'input_held'
        ? { type, ...where, item: heldItem(held) }
        : { type, ...where, kind: held.kind, id: held.key, ...(error === undefined ? {} : { error }) };
    this.#context.rings.publish(this.id, runtime, { ...event });
  }

  statusFrame(restarted = false): EnvironmentStatus {
    return {
      type: 'environment_status',
      environment: this.#view(),
      at: this.#context.now(),
      ...(restarted ? { restarted: true as const } : {}),
    };
  }

  #view(): EnvironmentView {
    return { id: this.id, name: this.name, status: this.gate.status };
  }

  #ready(socket: HostSocket, resumed: boolean): void {
    const { connection } = socket;
    this.#context.log.lifecycle('host_connected', {
      environment: this.id,
      connection: connection.id,
      resumed,
    });
    this.#tellStatus(!resumed && this.#hadHost && socket.isLinked);
    // What a former life of it, or a foreign one, said while nobody listened is not known.
    if (!resumed) this.#context.rings.restart(this.id, 'host');
    if (!resumed) guard(this.#context.log, 'ask anew', () => askAnew(this.#context, this));
    this.#hadHost = true;
    this.delivery.pump();
  }

  /** What the host did not answer: into the bag what can wait, back to its sender what cannot. */
  #lost(): void {
    this.#context.log.lifecycle('host_disconnected', { environment: this.id });
    spareWrite(() => this.#context.environments.touch(this.id, this.lastSeen));
    this.delivery.hostLost();
    const unanswered = this.pending.drain().filter(({ heldId }) => heldId === null);
    const keep = unanswered.filter(({ holdable }) => holdable !== null);
    if (keep.length > 0) guard(this.#context.log, 'hold', () => hold(this.#context, this, keep, true));
    const since = new Date(this.lastSeen).toISOString();
    const text = `environment offline since ${since}: "${this.name}" went away before it answered; it may have carried this out`;
    for (const { asker, frame, holdable } of unanswered)
      if (holdable === null) asker?.answer(refusal(frame, 'environment_offline', text));
    this.#tellStatus();
  }

  #tellStatus(restarted = false): void {
    const { status } = this.gate;
    if (status === this.#told && !restarted) return;
    this.#told = status;
    this.#tellAll(this.statusFrame(restarted), 'read');
  }

  #tellAll(frame: object, right: Right): void {
    for (const client of this.#clients) client.notify(frame, right);
  }
}

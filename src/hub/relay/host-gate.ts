import { type Actor, createActor } from 'xstate';
import type { PresenceEvent, presenceMachine, SocketsCommand } from '../../../machines/presence.ts';
import { REPLACED, UNKNOWN_ENVIRONMENT } from '../../protocol/register.ts';
import type { Environment } from '../registry/environments.ts';
import type { RelayContext } from './context.ts';
import { guard } from './guard.ts';
import type { HostSocket } from './host-socket.ts';

/** What the gate tells its environment. */
export interface GateSays {
  /** The host may be talked to. `resumed` is false when what went before is not known. */
  ready(socket: HostSocket, resumed: boolean): void;
  /** `wire` is the text in which the frame came. */
  frame(frame: Record<string, unknown>, wire: string): void;
  /** The host cannot be talked to any more. */
  lost(): void;
  /** Its machine changed its mind: online, stale, offline. */
  changed(): void;
}

/** The machine hears of frames at most this often. */
const HEARD_EVERY_MS = 1_000;

/** The door for an environment's hosts: `machines/presence.ts` with real sockets. One host at a time is in. */
export class HostGate {
  connectedAt: number | null = null;
  lastHeard: number | null = null;
  readonly #context: RelayContext;
  readonly #environmentId: string;
  readonly #says: GateSays;
  readonly #presence: Actor<typeof presenceMachine>;
  readonly #sockets = new Map<string, HostSocket>();
  #current: HostSocket | null = null;
  #isReady = false;
  #toldHeard = 0;

  constructor(context: RelayContext, environment: Environment, says: GateSays) {
    this.#context = context;
    this.#environmentId = environment.id;
    this.#says = says;
    const { logic, gates } = context.presence;
    gates.set(environment.id, (command) => this.#obey(command));
    const input = { environmentId: environment.id, generation: environment.generation };
    this.#presence = createActor(logic, {
      input,
      ...context.log.recordRoot?.(`presence:${environment.id}`),
    });
    this.#presence.on('presence.changed', () => says.changed());
    this.#presence.start();
  }

  /** The host, when it may be talked to. */
  get host(): HostSocket | null {
    return this.#isReady ? this.#current : null;
  }

  get status(): 'online' | 'stale' | 'offline' {
    if (!this.host) return 'offline';
    return this.#presence.getSnapshot().hasTag('stale') ? 'stale' : 'online';
  }

  open(socket: HostSocket): void {
    const { id, connection } = socket;
    const life = connection.epoch ?? connection.id;
    this.#sockets.set(id, socket);
    this.#tell({ type: 'socket.opened', socket: { id, generation: connection.generation, life } });
  }

  /** The socket is gone, by itself. */
  closed(socket: HostSocket): void {
    if (!this.#sockets.delete(socket.id)) return;
    this.#lose(socket);
    this.#tell({ type: 'socket.closed', id: socket.id });
  }

  renew(generation: number): void {
    this.#tell({ type: 'registration.renewed', generation });
  }

  forget(): void {
    this.#tell({ type: 'environment.forget' });
    this.#context.presence.gates.delete(this.#environmentId);
  }

  /** The hub goes. Nothing is told any more. */
  close(code: number, reason: string): void {
    for (const socket of this.#sockets.values()) {
      socket.leave();
      socket.close(code, reason);
    }
    this.#sockets.clear();
    this.#presence.stop();
  }

  #tell(event: PresenceEvent): void {
    if (this.#presence.getSnapshot().status === 'active') this.#presence.send(event);
  }

  #obey(command: SocketsCommand): void {
    const socket = this.#sockets.get(command.id);
    if (!socket) return;
    if (command.type === 'sockets.take') this.#take(socket);
    else if (command.type === 'sockets.probe') socket.probe();
    else this.#end(socket, command.why);
  }

  #take(socket: HostSocket): void {
    this.#current = socket;
    this.connectedAt = this.#context.now();
    this.#heard(socket);
    socket.take({
      ready: (resumed) => this.#ready(socket, resumed),
      heard: () => this.#heard(socket),
      frame: (frame, wire) => guard(this.#context.log, 'host frame', () => this.#says.frame(frame, wire)),
      garbage: (reason) =>
        this.#context.log.lifecycle('frame_rejected', { environment: this.#environmentId, reason }),
    });
  }

  #ready(socket: HostSocket, resumed: boolean): void {
    if (this.#current !== socket) return;
    this.#isReady = true;
    guard(this.#context.log, 'host ready', () => this.#says.ready(socket, resumed));
  }

  #heard(socket: HostSocket): void {
    const at = this.#context.now();
    this.lastHeard = at;
    // A clock that was set back must not silence the host for as long.
    if (Math.abs(at - this.#toldHeard) < HEARD_EVERY_MS) return;
    this.#toldHeard = at;
    this.#tell({ type: 'socket.heard', id: socket.id });
  }

  #end(socket: HostSocket, why: 'replaced' | 'dropped' | 'forgotten'): void {
    this.#lose(socket);
    if (why === 'dropped') return socket.terminate();
    const { code, reason } = why === 'replaced' ? REPLACED : UNKNOWN_ENVIRONMENT;
    this.#context.log.lifecycle(why, { environment: this.#environmentId, connection: socket.connection.id });
    socket.close(code, reason);
  }

  #lose(socket: HostSocket): void {
    if (this.#current !== socket) return;
    const wasReady = this.#isReady;
    socket.leave();
    this.#current = null;
    this.#isReady = false;
    this.connectedAt = null;
    if (wasReady) guard(this.#context.log, 'host lost', () => this.#says.lost());
  }
}

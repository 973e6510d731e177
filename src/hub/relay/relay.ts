import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Database } from '../../../actors/sqlite/database.ts';
import { spareWrite } from '../../../actors/sqlite/spare-write.ts';
import { type RegisterBody, UNKNOWN_ENVIRONMENT } from '../../protocol/register.ts';
import type { WireEnvironment } from '../../protocol/rest.ts';
import { scopeKey } from '../../protocol/scope.ts';
import type { Feed, Fence, HubLog, Person } from '../ports.ts';
import { type Connection, createConnectionStore } from '../registry/connections.ts';
import { createEnvironmentStore, type Environment } from '../registry/environments.ts';
import { createFence, createPassed } from '../registry/fence.ts';
import { createKnownStates } from '../registry/known-states.ts';
import { register } from '../registry/register.ts';
import { type Selected, selectEnvironment } from '../registry/select.ts';
import { wireEnvironment } from '../registry/wire-environment.ts';
import { createBag } from './bag.ts';
import type { RelayContext, RelayData } from './context.ts';
import { expireHeld } from './expire-held.ts';
import { guard } from './guard.ts';
import { HostSocket } from './host-socket.ts';
import { type Left, leaveFrames } from './leave-frames.ts';
import { LiveEnvironment } from './live-environment.ts';
import { OpenTurns } from './open-turn.ts';
import { createPresenceLogic } from './presence-logic.ts';
import type { ClientFrame } from './refusal.ts';
import { Rings } from './rings.ts';
import { startRounds } from './rounds.ts';

export interface RelayOptions<D extends RelayData> {
  db: Database;
  log: HubLog;
  now(): number;
  newId(): string;
  /** Makes the hub's data half, given what it asks of this one. */
  data(ports: { feed: Feed; fence: Fence }): Promise<D>;
}

export interface Relay<D extends RelayData = RelayData> {
  data: D;
  /** On disk when it resolves. */
  register(body: RegisterBody, person: Person): Promise<{ environment: Environment; connection: Connection }>;
  select(word: string): Selected;
  list(after: string | null): Environment[];
  show(environment: Environment): WireEnvironment;
  isOnline(environmentId: string): boolean;
  /** Leaves frames for an environment: into the bag first, whether its host is there or not. */
  leave(environment: Environment, person: Person, frames: ClientFrame[]): Promise<Left[]>;
  /** Removes it for good; what is held for it is withdrawn. */
  forget(environment: Environment): Promise<void>;
  openHost(ws: WebSocket, connectionId: string): void;
  openClient(environment: Environment, options: ClientOptions): void;
  /** Ends every socket with 1001. What is known is written. */
  close(): void;
}

export interface ClientOptions {
  ws: WebSocket;
  socket: Duplex;
  person: Person;
  isPaired: boolean;
  /** The conversation of a foreign client's URL. */
  follow: { agent_id: string | null; conversation_id: string } | null;
}

/** The hub's relay: environments, their hosts and clients, and all that passes between them. */
export async function createRelay<D extends RelayData>(options: RelayOptions<D>): Promise<Relay<D>> {
  const { db, log, now, newId } = options;
  const life = newId().slice(0, 10);
  const rings = new Rings(life, now);
  const environments = createEnvironmentStore(db);
  const connections = createConnectionStore(db);
  const passed = createPassed();
  const lives = new Map<string, LiveEnvironment>();
  const isOnline = (id: string): boolean => lives.get(id)?.host != null;
  const openTurns = new OpenTurns();
  const feed: Feed = {
    publish: ({ agentId, conversationId }, event, environment) =>
      rings.publish(
        environment ?? null,
        { agent_id: agentId, conversation_id: conversationId },
        { ...event },
      ),
    hasShown: (environment, { agentId, conversationId }, callId) =>
      openTurns.hasResult(environment, scopeKey(agentId, conversationId), callId),
    heardUpTo: (environment, { agentId, conversationId }, runId) =>
      openTurns.heardUpTo(environment, scopeKey(agentId, conversationId), runId),
  };
  const data = await options.data({ feed, fence: createFence(environments, passed, isOnline) });
  const context: RelayContext = {
    ...{ db, environments, connections, passed, rings, data, log, life, now, newId },
    known: createKnownStates(db),
    bag: createBag(db),
    openTurns,
    presence: createPresenceLogic(),
  };

  const live = (environment: Environment): LiveEnvironment => {
    const found = lives.get(environment.id) ?? new LiveEnvironment(context, environment);
    lives.set(environment.id, found);
    return found;
  };

  const rounds = startRounds(log, {
    clients: () => {
      for (const one of lives.values()) one.checkClients();
    },
    pending: () => {
      for (const one of lives.values()) one.sweep(now());
    },
    store: () => {
      rings.sweep();
      for (const one of lives.values()) one.delivery.askAgain();
      expireHeld(context, (id) => {
        const environment = environments.byId(id);
        return environment && live(environment);
      });
      touchOnline();
    },
  });

  const touchOnline = (): void => {
    db.transaction(() => {
      for (const one of lives.values()) if (one.host) environments.touch(one.id, one.lastSeen);
    });
  };

  return {
    data,
    async register(body, person) {
      const made = db.transaction(() =>
        register({ environments, connections, now, newId }, body, person.name),
      );
      await db.barrier();
      lives.get(made.environment.id)?.registered(made.environment);
      log.lifecycle('registered', {
        environment: made.environment.id,
        name: made.environment.name,
        connection: made.connection.id,
        generation: made.connection.generation,
      });
      return made;
    },
    select: (word) => selectEnvironment(word, environments, connections, isOnline),
    list: (after) => environments.list(after),
    show(environment) {
      const gate = lives.get(environment.id)?.gate;
      return wireEnvironment(environment, {
        status: gate?.status ?? 'offline',
        connectionId: gate?.host?.connection.id ?? null,
        connectedAt: gate?.connectedAt ?? null,
        lastHeard: gate?.lastHeard ?? null,
        held: context.bag.count(environment.id),
        mode: context.known.lastMode(environment.id),
      });
    },
    isOnline,
    leave: (environment, person, frames) => leaveFrames(context, live(environment), person, frames),
    async forget(environment) {
      const held = context.bag.list(environment.id);
      db.transaction(() => {
        for (const { kind, scope, key } of held) if (kind === 'input') context.bag.bury(scope, key);
        environments.remove(environment.id);
      });
      await db.barrier();
      for (const one of held) live(environment).publishHeld(one, 'input_withdrawn');
      lives.get(environment.id)?.forget();
      lives.delete(environment.id);
      rings.forget(environment.id);
      context.openTurns.forget(environment.id);
      context.known.forget(environment.id);
      log.lifecycle('forgotten', { environment: environment.id, name: environment.name });
    },
    openHost(ws, connectionId) {
      const connection = connections.find(connectionId);
      const environment = connection && environments.byId(connection.environmentId);
      if (!connection || !environment) return ws.close(UNKNOWN_ENVIRONMENT.code, UNKNOWN_ENVIRONMENT.reason);
      spareWrite(() => connections.use(connectionId, now()));
      // A host without an epoch counts from when it comes, not from when it registered.
      if (connection.generation > environment.generation)
        environments.setGeneration(environment.id, connection.generation);
      const { gate, link } = live(environment);
      const socket = new HostSocket(newId(), connection, ws, link);
      ws.on('close', () => gate.closed(socket));
      gate.open(socket);
    },
    openClient(environment, { follow, ...client }) {
      const opened = live(environment).openClient(client);
      if (follow) opened.follow(follow);
    },
    close() {
      rounds.stop();
      guard(log, 'close', touchOnline);
      for (const one of lives.values()) one.close(1001, 'The hub is closing');
      guard(log, 'close', context.known.flush);
    },
  };
}

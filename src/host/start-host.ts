import { nanoid } from 'nanoid';
import { createActor, fromPromise } from 'xstate';
import { createDeviceSocket } from '../../actors/device-socket.ts';
import { createGitContext } from '../../actors/git-context.ts';
import { createModelStep } from '../../actors/model-step.ts';
import { nodeFetch } from '../../actors/node-fetch.ts';
import { createRegister } from '../../actors/register.ts';
import { knownSecrets } from '../../actors/secrets/known-secrets.ts';
import { deviceId } from '../../actors/settings.ts';
import { spareWrite } from '../../actors/sqlite/spare-write.ts';
import { StoreError } from '../../actors/sqlite/store-error.ts';
import { createToolRunner } from '../../actors/tool-runner.ts';
import { watchWake } from '../../actors/wake-watch.ts';
import { connectionMachine } from '../../machines/connection.ts';
import { type HostEvent, hostMachine } from '../../machines/host.ts';
import type { Mode } from '../../machines/ports.ts';
import { recordRoot } from '../log/recorder.ts';
import type { SessionLog } from '../log/session-log.ts';
import { createCancelRun } from './cancel-run.ts';
import { createClassify } from './classify.ts';
import { createCommit } from './commit.ts';
import { createSettings } from './conversation-settings.ts';
import { type Conversations, createConversations } from './conversations.ts';
import { createDesk } from './desk.ts';
import { createDeviceStatus, SUPPORTED_COMMANDS } from './device-status.ts';
import { createGate } from './gate.ts';
import { HostError } from './host-error.ts';
import { type HostStatus, tellStatus } from './host-status.ts';
import { createHubSession, createPrepareStep } from './hub-session.ts';
import { listenerInstanceId } from './identity.ts';
import { labelOf } from './labels.ts';
import { createOutbox } from './outbox.ts';
import { recover, settleCutOffCalls } from './recovery.ts';
import { createRouter } from './router.ts';
import { startRuntime } from './runtime-start.ts';
import { openHostStore } from './store/host-store.ts';
import { hostInstance } from './store/instance.ts';
import { noteOrderlyEnd } from './store/orderly-end.ts';
import { createToolbox } from './toolbox.ts';
import { createUplink } from './uplink.ts';

/** How long a host that ends waits for the hub to have all that it said, in milliseconds. */
const LAST_WORDS_MS = 1_000;

export interface StartHostOptions {
  hub: { url: string; token: string };
  /** `$SIGNALBOX_HOME`. */
  home: string;
  /** The directory in which commands run until a conversation has its own. */
  project: string;
  envName: string;
  mode: Mode;
  env: NodeJS.ProcessEnv;
  log: SessionLog;
  version: string;
  onStatus: (status: HostStatus) => void;
  /** How long a running turn may go on after `drain()`, in milliseconds. */
  drainLimitMs?: number;
  /** After how long an unanswered approval is denied, in milliseconds; absent: never. */
  approvalLimitMs?: number;
}

export interface Host {
  deviceId: string;
  listenerInstanceId: string;
  connectionId(): string | null;
  environmentId(): string | null;
  /** Resolves when the host is connected for the first time; rejects with `HostError` when it never can be. */
  ready: Promise<void>;
  /** Begins no more turns, lets the running ones end within the limit, then stops; called again it stops at once. */
  drain(): Promise<void>;
  /** Resolves when the host is over, for whatever reason. `code` is the exit code. */
  stopped: Promise<{ code: number; reason: string }>;
}

/**
 * Starts a host: opens its store, ends what a dead life of it left running, registers with the hub and takes up what
 * was unfinished. Throws `HostError` when another process is this host already or the store cannot be used.
 */
export async function startHost(options: StartHostOptions): Promise<Host> {
  const { home, log, env, version } = options;
  const now = Date.now;
  const device = deviceId(home);
  if (!device.ok) throw new HostError('settings', device.message);
  const listener = listenerInstanceId(options.envName);
  const opened = openHostStore(home, listener);
  if (!opened.ok)
    throw new HostError(
      'running',
      `A signalbox server for environment "${options.envName}" is already running on this machine (pid ${opened.holder?.pid ?? 'unknown'}). ` +
        'Stop it first, or choose another name with --env-name.',
    );
  const { store } = opened;
  const instance = hostInstance(store.db, () => `host-${nanoid()}`);
  const epoch = nanoid();
  const secrets = knownSecrets(env);
  secrets.add('the token of the hub', options.hub.token);
  const session = createHubSession({ ...options.hub, fetch: nodeFetch }, device.deviceId);
  const settings = createSettings(store, { mode: options.mode, cwd: options.project });
  let connectionId: string | null = null;
  // Set just below; effects only call it once conversations run.
  let conversations: Conversations;

  const hostRecorder = recordRoot(log, { root: 'host', labelOf });
  const host = createActor(
    hostMachine.provide({ actors: { recover: fromPromise(() => recover(store, instance)) } }),
    {
      input: { drainLimitMs: options.drainLimitMs ?? 10_000 },
      inspect: hostRecorder.inspect,
      clock: hostRecorder.clock,
    },
  );
  // What ends because the host has ended is no news to it.
  const tellHost = (event: HostEvent): void => {
    if (host.getSnapshot().status === 'active') host.send(event);
  };

  /** The store cannot be relied on any more. */
  const faulted = (error: unknown): void => {
    const message = error instanceof Error ? error.message : String(error);
    log.lifecycle('store_fault', { error: message });
    tellHost({ type: 'host.faulted', message });
  };
  const gate = createGate(store.db, faulted);
  const uplink = createUplink({
    epoch,
    now,
    log: {
      sent: (label, text) => log.frame('send', label, text),
      received: (label, text) => log.frame('recv', label, text),
      flush: () => log.flush(),
    },
    onFrame: (frame) => receive(frame),
  });
  const toolbox = createToolbox(home, secrets);
  const { judge } = toolbox;
  const deviceStatus = createDeviceStatus({
    store,
    settings,
    rowOf: (scope) => conversations.rowOf(scope),
    connectionId: () => connectionId,
    connectionName: options.envName,
    version,
    tools: () => [...toolbox.names],
    git: createGitContext(now),
  });
  conversations = createConversations({
    store,
    log,
    seed: () => Math.floor(Math.random() * 2 ** 31),
    onOpened: (key) => tellHost({ type: 'conversation.opened', key }),
    onClosed: (key) => tellHost({ type: 'conversation.closed', key }),
    effects: {
      desk: createDesk({ store, judge, settings, rowOf: (scope) => conversations.rowOf(scope), now }),
      outbox: createOutbox({
        gate,
        emit: (event) => uplink.event(event),
        answer: (frame) => uplink.answer(frame),
        snapshot: (scope) => conversations.snapshot(scope),
        pending: (scope) => store.calls.pending(conversations.rowOf(scope)),
        deviceStatus,
        committed: () => store.db.committed,
        now,
      }),
      commit: createCommit(store, (op) => conversations.rowOf(op.scope), nanoid),
      classify: createClassify(store, judge, settings, { ms: options.approvalLimitMs ?? null, now }),
      modelStep: createModelStep({ prepare: createPrepareStep(store, session, toolbox.specs) }),
      cancelRun: createCancelRun(store, session, (refused) => log.lifecycle('cancel_refused', refused)),
      toolRunner: createToolRunner({
        tools: toolbox.tools,
        env,
        mask: secrets,
        markOf: (callId) => `${instance}/${callId}`,
      }),
    },
  });
  const receive = createRouter({
    send: (scope, event) => conversations.send(scope, event),
    answer: (frame) => uplink.answer(frame),
    startRuntime: (command) => startRuntime(session, command),
    version,
    now,
    newId: nanoid,
    onRejected: (reason) => log.lifecycle('frame_rejected', { reason }),
  });

  const connectionRecorder = recordRoot(log, { root: 'connection', labelOf });
  const connection = createActor(
    connectionMachine.provide({
      actors: {
        register: createRegister({
          hub: () => session.address(),
          onRegistered: (answer) => session.registered(answer),
          body: () => ({
            deviceId: device.deviceId,
            listenerInstanceId: listener,
            connectionName: options.envName,
            metadata: {
              lettaCodeVersion: '0.32.18',
              signalboxVersion: version,
              os: process.platform,
              nodeVersion: process.version,
              environmentMessageProtocol: 'v2-input',
              workingDirectory: options.project,
              supported_commands: SUPPORTED_COMMANDS,
              signalboxLink: 1,
              signalboxEpoch: epoch,
              self_update: { supported: false, writable: false },
            },
          }),
        }),
        deviceSocket: createDeviceSocket({
          uplink,
          token: () => session.address().token,
          query: { deviceId: device.deviceId, connectionName: options.envName },
        }),
      },
    }),
    {
      input: { seed: Math.floor(Math.random() * 2 ** 31) },
      inspect: connectionRecorder.inspect,
      clock: connectionRecorder.clock,
    },
  );

  tellStatus(connection, options.onStatus);
  const unwatch = watchWake((reason) => {
    log.lifecycle('woke', { reason });
    connection.send({ type: 'link.probe' });
  });
  const ready = new Promise<void>((resolve, reject) => {
    connection.on('connection.up', () => resolve());
    connection.on('connection.refused', ({ message }) => reject(new HostError('refused', message)));
    connection.on('connection.superseded', () => reject(new HostError('superseded', 'superseded')));
  });
  // Whoever only waits for the end of the host must not be told of a rejection that nobody listens to.
  ready.then(
    // What the first turn will need, after whoever waits has been told.
    () => setImmediate(() => void toolbox.load()),
    () => undefined,
  );
  connection.on('connection.registered', (event) => {
    connectionId = event.connectionId;
    log.lifecycle('registered', { connectionId, environmentId: session.environmentId() });
    conversations.useHub(session.hubId());
  });
  connection.on('connection.up', ({ resumed }) => {
    log.lifecycle('connected', { resumed });
    try {
      conversations.recover();
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      return faulted(error);
    }
    if (!resumed) conversations.broadcast({ type: 'sync.asked', reply: null });
    conversations.broadcast({ type: 'hub.returned' });
  });
  connection.on('connection.down', () => log.lifecycle('disconnected', {}));
  connection.on('connection.superseded', () => tellHost({ type: 'host.superseded' }));
  connection.on('connection.refused', ({ message }) => tellHost({ type: 'host.refused', message }));

  host.on('host.recovered', () => connection.start());
  host.on('host.draining', () => conversations.drain());
  const stopped = new Promise<{ code: number; reason: string }>((resolve) => {
    host.subscribe({
      complete: () => {
        const end = host.getSnapshot().output ?? { code: 1, reason: 'stopped' };
        void close(end).then(() => resolve(end));
      },
      error: (error) => {
        const end = { code: 1, reason: String(error) };
        void close(end).then(() => resolve(end));
      },
    });
  });

  /** What was said is on its way before the socket closes; what runs is ended; the rest is in the store. */
  async function close(end: { code: number; reason: string }): Promise<void> {
    unwatch();
    conversations.stop();
    await settleCutOffCalls(store, instance).catch(() => undefined);
    await gate.idle();
    // A hub in this process ends next, and its clients are to hear the end of a turn first.
    await uplink.heard(LAST_WORDS_MS);
    connection.send({ type: 'connection.close' });
    connection.stop();
    log.lifecycle('stopped', end);
    // Without the note the end counts as a cut-off, which is no more than one of three.
    if (end.code === 0) spareWrite(() => noteOrderlyEnd(store.db));
    store.close();
  }

  host.start();
  return {
    deviceId: device.deviceId,
    listenerInstanceId: listener,
    connectionId: () => connectionId,
    environmentId: () => session.environmentId(),
    ready,
    async drain() {
      tellHost({ type: 'host.drain' });
      await stopped;
    },
    stopped,
  };
}

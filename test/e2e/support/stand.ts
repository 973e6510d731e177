import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Client, createClient, type Session, type View } from '../../../src/client/index.ts';
import { startHub } from '../../../src/hub/index.ts';
import type { Mode } from '../../../src/protocol/modes.ts';
import type { ChildHostOptions } from '../../host/support/host-process.ts';
import { TestClient, type TestClientOptions } from '../../hub/relay/test-client.ts';
import { OWNER } from '../../hub/relay/test-hub.ts';
import { type CliOptions, CliProcess } from '../../support/run-cli.ts';
import { onSmallDisk, SmallDisk } from '../../support/small-disk.ts';
import { SocketLink } from './socket-link.ts';

export interface StandOptions {
  /** The mode of conversations that have none. */
  mode?: Mode;
  /** After how long an unanswered approval is denied, in milliseconds. */
  approvalLimitMs?: number;
  /** The home of the host is on a disk of its own, of so many bytes, that ends with it. */
  diskBytes?: number;
  /** For the process of the host. */
  env?: Record<string, string>;
  /** Another hub than one in this process, with this home. */
  hub?(home: string): Promise<Stand['hub']>;
}

/** A hub in this process. */
async function hubHere(home: string): Promise<Stand['hub']> {
  const hub = await startHub({
    listen: { host: '127.0.0.1', port: 0 },
    storePath: join(home, 'hub.sqlite'),
    ...{ home, ownerToken: OWNER, env: {} },
    log: { lifecycle: () => undefined },
  });
  return { url: hub.url, close: () => hub.close({ graceMs: 200 }) };
}

/** `signalbox hub` as a process of its own, run by another command. */
export async function hubProcess(home: string, options: Pick<CliOptions, 'by' | 'env'>): Promise<HubProcess> {
  const env = { ...options.env, SIGNALBOX_HOME: home, SIGNALBOX_TOKEN: OWNER };
  const process = new CliProcess(['hub', '--listen', '127.0.0.1:0', '--debug'], { ...options, env });
  await process.says('Ready');
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(process.stdout)?.[0] ?? '';
  return { url, process, close: () => process.stop() };
}
export type HubProcess = Stand['hub'] & { process: CliProcess };

const ENVIRONMENT = 'laptop';
const HOST = join(import.meta.dirname, '..', '..', 'host', 'support', 'host-process.ts');

/** A real hub with the demo model, a real host in a process of its own, and a link between them that can be cut. */
export class Stand {
  readonly root: string;
  readonly project: string;
  readonly link: SocketLink;
  readonly hub: { url: string; close(): Promise<unknown> };
  readonly client: Client;
  readonly agentId: string;
  readonly #sessions: Session[] = [];
  readonly #sockets: TestClient[] = [];
  #child: ChildProcess | null = null;

  private constructor(root: string, parts: Pick<Stand, 'link' | 'hub' | 'client' | 'agentId'>) {
    this.root = root;
    this.project = join(root, 'project');
    mkdirSync(this.project);
    this.link = parts.link;
    this.hub = parts.hub;
    this.client = parts.client;
    this.agentId = parts.agentId;
  }

  /** Everything runs and is connected. */
  static async open(options: StandOptions = {}): Promise<Stand> {
    const root = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-e2e-')));
    const home = join(root, 'hub-home');
    mkdirSync(home, { mode: 0o700 });
    const hub = await (options.hub?.(home) ?? hubHere(home));
    const link = await SocketLink.open();
    link.upstream = Number(new URL(hub.url).port);
    const client = createClient({ url: hub.url, token: OWNER });
    const agentId = (await client.agents.create({ name: 'tester' })).id;
    const stand = new Stand(root, { link, hub, client, agentId });
    await stand.startHost(options);
    return stand;
  }

  /** The host, with the same home and project in each of its lives. */
  async startHost(options: StandOptions = {}): Promise<void> {
    const given: ChildHostOptions = {
      url: this.link.url,
      token: OWNER,
      home: join(this.root, 'host-home'),
      project: this.project,
      envName: ENVIRONMENT,
      mode: options.mode ?? 'standard',
      ...(options.approvalLimitMs === undefined ? {} : { approvalLimitMs: options.approvalLimitMs }),
    };
    mkdirSync(given.home, { recursive: true, mode: 0o700 });
    const command = [process.execPath, HOST, JSON.stringify(given)];
    const [file = '', ...args] = options.diskBytes
      ? onSmallDisk(given.home, options.diskBytes, command)
      : command;
    const child = spawn(file, args, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...options.env },
    });
    this.#child = child;
    await once(child.stdout, 'data');
  }

  get hostPid(): number {
    return this.#child?.pid ?? 0;
  }

  /** False as soon as the host's process has ended, by whatever. */
  get isHostRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get hostDisk(): SmallDisk {
    return new SmallDisk(this.hostPid, join(this.root, 'host-home'));
  }

  /** `kill -9`: the host has no time for a word. */
  async killHost(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** A new conversation; `default` names the one that the agent came with. */
  async conversation(): Promise<string> {
    return (await this.client.conversations.create(this.agentId)).id;
  }

  /** A client of ours that follows this conversation. */
  async session(conversation: string, client = this.client): Promise<Session> {
    const agent = conversation === 'default' ? { agent: this.agentId } : {};
    const session = client.session({ environment: ENVIRONMENT, conversation, ...agent });
    this.#sessions.push(session);
    await session.ready;
    return session;
  }

  /** A socket that shows every frame; foreign ones follow what they name in the query. */
  async socket(options: TestClientOptions = {}): Promise<TestClient> {
    const socket = await TestClient.open(this.hub, ENVIRONMENT, options);
    this.#sockets.push(socket);
    return socket;
  }

  /** The lines that tools have written into a file of the project. */
  lines(file = 'ledger'): string[] {
    const path = join(this.project, file);
    return existsSync(path) ? readFileSync(path, 'utf8').trimEnd().split('\n') : [];
  }

  mkdir(folder: string): void {
    mkdirSync(join(this.project, folder));
  }

  post(path: string, body: object): Promise<Response> {
    const headers = { authorization: `Bearer ${OWNER}`, 'content-type': 'application/json' };
    return fetch(`${this.hub.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  /** Makes a file that a tool waits for. */
  touch(file: string): void {
    writeFileSync(join(this.project, file), '');
  }

  async close(): Promise<void> {
    for (const session of this.#sessions) session.close();
    await Promise.all(this.#sockets.map((socket) => socket.close()));
    await this.killHost();
    await this.hub.close();
    await this.link.close();
    rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }
}

export const script = (...lines: string[]): string => ['#script', ...lines].join('\n');

/** A call that appends a line to the ledger, so that whoever runs it twice is found out. */
export const writes = (line: string, then = 'true'): string =>
  `call Bash ${JSON.stringify({ command: `echo ${line} >> ledger; ${then}` })}`;

/** The view of a session once it is so; each change is looked at. */
export function until(session: Session, isSo: (view: View) => boolean): Promise<View> {
  return new Promise((resolve) => {
    const look = (): void => {
      const view = session.view();
      if (!isSo(view)) return;
      stop();
      resolve(view);
    };
    const stop = session.subscribe(look);
    look();
  });
}

/** How the turn of a message ended. */
export const ended = async (session: Session, id: string): Promise<string | undefined> =>
  (await until(session, ({ results }) => results[id] !== undefined)).results[id]?.stopReason;

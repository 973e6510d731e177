import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { listenerInstanceId } from '../../../src/host/identity.ts';
import { HOSTS, type HostName, LINKS, type LinkName, type ProcessName } from '../plan/faults.ts';
import { FORBIDDEN, LEDGER } from '../plan/script.ts';
import { cutPower } from '../power-cut.ts';
import { CrashPoint } from './crash-point.ts';
import { HouseNode } from './node.ts';
import { CutProxy } from './proxy.ts';

/** The token of everybody: who may what is tested elsewhere. */
export const TOKEN = 'chaos-0123456789abcdefghijklmnopqrstuvwxyz';

export interface HouseOptions {
  /** So many times shorter are the waits of hub and hosts. */
  hurry?: number;
  /** Have the stores tell what is synced, so that `cutPower` can be used. */
  marks?: boolean;
  /** Which hosts there are; both unless said otherwise. */
  hosts?: readonly HostName[];
  /** The mode of conversations that have none. */
  mode?: string;
  /** Have every process count its crash points, so that `points` can be used. */
  points?: boolean;
  /** A file that every process loads first, to see that what it spoils is found out. */
  plant?: string;
  /** A process ended that nobody ended. */
  onDeath?(text: string, name: ProcessName): void;
}

/** A hub, two hosts, and the links between them and to it, as real processes under a folder of their own. */
export class House {
  readonly root: string;
  readonly nodes: Readonly<Record<ProcessName, HouseNode>>;
  readonly links: Readonly<Record<LinkName, CutProxy>>;
  readonly hostNames: readonly HostName[];
  /** Where each process can be made to end by itself. */
  readonly points: Readonly<Record<ProcessName, CrashPoint>>;
  readonly #marks: string | null;

  private constructor(root: string, links: Record<LinkName, CutProxy>, options: HouseOptions) {
    this.root = root;
    this.links = links;
    this.hostNames = options.hosts ?? HOSTS;
    this.#marks = options.marks ? join(root, 'marks') : null;
    const pointOf = (name: ProcessName): CrashPoint => new CrashPoint(join(root, 'points', name));
    this.points = { hub: pointOf('hub'), alpha: pointOf('alpha'), beta: pointOf('beta') };
    const preloads = [
      ...(options.hurry ? ['short-clock.ts'] : []),
      ...(options.points ? ['count-points.ts'] : []),
      ...(options.plant ? [options.plant] : []),
    ].map((file) => `--import ${pathToFileURL(join(import.meta.dirname, '..', file)).href}`);
    const env = (name: ProcessName): Record<string, string> => ({
      SIGNALBOX_HOME: this.homeOf(name),
      SIGNALBOX_TOKEN: TOKEN,
      ...(preloads.length > 0 ? { NODE_OPTIONS: preloads.join(' ') } : {}),
      ...(options.hurry ? { SHORT_CLOCK: String(options.hurry) } : {}),
      ...(options.points ? { CRASH_POINTS: this.points[name].path } : {}),
      ...(this.#marks ? { SIGNALBOX_SYNC_MARKS: this.#marks } : {}),
    });
    const onDeath = (name: ProcessName) => (text: string) => options.onDeath?.(text, name);
    const hub = new HouseNode(
      'hub',
      {
        args: ['hub', '--listen', '127.0.0.1:0', '--debug'],
        cwd: root,
        env: env('hub'),
        onOutput: (text) => {
          const port = /http:\/\/127\.0\.0\.1:(\d+)/.exec(text)?.[1];
          for (const link of Object.values(links)) link.upstream = port === undefined ? null : Number(port);
        },
      },
      onDeath('hub'),
    );
    const host = (name: HostName): HouseNode => {
      const args = ['server', '--hub', links[name].url, '--env-name', name, '--debug'];
      if (options.mode) args.push('--mode', options.mode);
      return new HouseNode(name, { args, cwd: this.projectOf(name), env: env(name) }, onDeath(name));
    };
    this.nodes = { hub, alpha: host('alpha'), beta: host('beta') };
  }

  static async build(options: HouseOptions = {}): Promise<House> {
    const root = mkdtempSync(join(tmpdir(), 'signalbox-chaos-'));
    const proxies = await Promise.all(LINKS.map(async (name) => [name, await CutProxy.open()] as const));
    const house = new House(root, Object.fromEntries(proxies) as Record<LinkName, CutProxy>, options);
    mkdirSync(house.homeOf('hub'), { mode: 0o700 });
    mkdirSync(join(root, 'points'));
    for (const name of HOSTS) {
      mkdirSync(house.homeOf(name), { mode: 0o700 });
      mkdirSync(join(house.projectOf(name), '.signalbox'), { recursive: true });
      writeFileSync(join(house.projectOf(name), 'notes.txt'), `notes of ${name}\n`);
      writeFileSync(house.ledgerOf(name), '');
      writeFileSync(
        join(house.projectOf(name), '.signalbox', 'settings.json'),
        JSON.stringify({ permissions: { deny: [`Bash(${FORBIDDEN}:*)`] } }),
      );
    }
    return house;
  }

  homeOf(name: ProcessName): string {
    return join(this.root, `${name}-home`);
  }
  projectOf(name: HostName): string {
    return join(this.root, `${name}-project`);
  }
  ledgerOf(name: HostName): string {
    return join(this.projectOf(name), LEDGER);
  }
  storeOf(name: ProcessName): string {
    const home = this.homeOf(name);
    return name === 'hub'
      ? join(home, 'hub.sqlite')
      : join(home, 'hosts', listenerInstanceId(name), 'host.sqlite');
  }

  /** Starts everything; resolves when hub and hosts say that they are ready. */
  async start(): Promise<void> {
    await this.startReady('hub');
    await Promise.all(this.hostNames.map((name) => this.startReady(name)));
  }

  async startReady(name: ProcessName): Promise<void> {
    await this.nodes[name].start().says('Ready');
  }

  /** `kill -9`. The links lead nowhere until the hub has told its new port. */
  async kill(name: ProcessName): Promise<void> {
    await this.nodes[name].kill();
    if (name === 'hub') for (const link of Object.values(this.links)) link.upstream = null;
  }

  /** Takes from the store of a killed process what was not synced; tells how many pages that were. */
  cutPower(name: ProcessName): number {
    if (this.#marks === null) throw new Error('this house keeps no marks');
    return cutPower(this.storeOf(name), this.#marks).frames;
  }

  /** SIGTERM to all, hosts first; tells who did not end well. */
  async stop(): Promise<string[]> {
    const wrong: string[] = [];
    const end = async (name: ProcessName): Promise<void> => {
      const { code, stderr } = await this.nodes[name].stop();
      if (code !== 0) wrong.push(`${name} ended with ${code} after SIGTERM: ${stderr.slice(-2_000)}`);
    };
    await Promise.all(this.hostNames.map(end));
    await end('hub');
    return wrong;
  }

  /** Ends what still runs, and removes everything unless it is to be kept. */
  async remove(keep = false): Promise<void> {
    await Promise.all(Object.values(this.nodes).map((node) => node.kill()));
    await Promise.all(Object.values(this.links).map((link) => link.close()));
    if (!keep) rmSync(this.root, { recursive: true, force: true, maxRetries: 3 });
  }
}

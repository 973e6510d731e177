import { existsSync, statSync } from 'node:fs';
import { release } from 'node:os';
import { basename, join } from 'node:path';
import { describeMachine } from '../../../inspector/layout/describe-machine.ts';
import { machineList } from '../../../inspector/layout/machine-list.ts';
import { LogCopy } from '../../log/bundle/log-copy.ts';
import { BUNDLE_FORMAT, type BundledSession, type Manifest } from '../../log/bundle/manifest.ts';
import { type BundleSource, writeBundle } from '../../log/bundle/write-bundle.ts';
import { CliError, usageError } from '../cli-error.ts';
import { version } from '../version.ts';
import type { ChosenSession } from './choose-sessions.ts';
import { maskLog, secretsInLogs } from './mask-log.ts';
import { packSettings } from './pack-settings.ts';

export interface BundleRequest {
  sessions: readonly ChosenSession[];
  home: string;
  project: string;
  /** A file that is not there yet, or a folder for it; this folder when left out. */
  out: string | undefined;
}

export interface Bundled {
  file: string;
  /** Of the bundle. */
  bytes: number;
  manifest: Manifest;
}

/** Packs sessions, versions, settings and machines into one file. */
export async function bundleLogs({ sessions, home, project, out }: BundleRequest): Promise<Bundled> {
  const made = new Date().toISOString();
  const file = placeFor(out, made);
  const secrets = secretsInLogs(home, process.env);
  const copies: LogCopy[] = [];
  try {
    const logs: BundleSource[] = [];
    const packed: BundledSession[] = [];
    for (const [index, chosen] of sessions.entries()) {
      const segments: BundledSession['segments'] = [];
      for (const { segment, file: path } of chosen.segments) {
        const copy = await LogCopy.open(path, chosen.alive);
        // A session that goes on may have dropped its oldest segment just now.
        if (copy === undefined) continue;
        copies.push(copy);
        const name = nameIn(chosen, index, path);
        segments.push({ segment, name });
        logs.push({ name, read: () => maskLog(copy.read(), secrets) });
      }
      const { session, of, started, alive } = chosen;
      if (segments.length > 0) packed.push({ session, of, started, alive, segments });
    }
    const versions = {
      signalbox: version,
      node: process.version,
      os: `${process.platform} ${release()} ${process.arch}`,
    };
    const about = { format: BUNDLE_FORMAT, made, versions, sessions: packed };
    const others = [jsonFile('settings.json', packSettings(home, project)), ...machineFiles()];
    const manifest = await writeBundle(file, about, [...others, ...logs]);
    return { file, bytes: statSync(file).size, manifest };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    throw new CliError(`${file} cannot be written: ${(error as Error).message}`);
  } finally {
    await Promise.all(copies.map((copy) => copy.close()));
  }
}

function placeFor(out: string | undefined, made: string): string {
  const name = `signalbox-${made.replace(/[:.]/g, '-')}.tgz`;
  const isFolder = out !== undefined && statSync(out, { throwIfNoEntry: false })?.isDirectory();
  const file = isFolder ? join(out, name) : (out ?? name);
  if (existsSync(file)) throw usageError(`${file} is there already. Give another name with --out PATH`);
  return file;
}

function machineFiles(): BundleSource[] {
  return machineList.map(({ machine }) => jsonFile(`machines/${machine.id}.json`, describeMachine(machine)));
}

function jsonFile(name: string, value: unknown): BundleSource {
  return {
    name,
    async *read() {
      yield Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
    },
  };
}

/** Files of the same name from different folders stay apart. */
function nameIn({ of }: ChosenSession, index: number, path: string): string {
  const name = basename(path)
    .replace(/[^\w.-]/g, '_')
    .slice(-60);
  return `logs/${index + 1}-${of ?? 'log'}/${name}`;
}

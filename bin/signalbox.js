#!/usr/bin/env node
// The entry. Plain JavaScript, so that an old Node can read it far enough to hand over to the right one.
import { existsSync, lstatSync, mkdirSync } from 'node:fs';
import module from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const NEEDED = 24;

if (Number.parseInt(process.versions.node, 10) < NEEDED) {
  const { relaunch } = await import('./relaunch.js');
  relaunch(NEEDED);
} else {
  const folder = cacheFolder();
  if (folder !== undefined) keepCompiled(folder);
  const { resolveExactly } = await import('./exact-imports.js');
  resolveExactly();
  stopWithLauncher();
  const { hideSecretsInBlock } = await import(ours('actors/secrets/environment-block'));
  hideSecretsInBlock();
  await import(ours('src/cli/main'));
}

/** A checkout has the sources beside this folder; the published package has only what was built from them. */
function ours(/** @type {string} */ path) {
  const source = new URL(`../${path}.ts`, import.meta.url);
  const built = new URL(`../dist/${path}.js`, import.meta.url);
  return (existsSync(source) ? source : built).href;
}

/** Node writes what it compiled when it ends in order, which a server may never do: so also once it has started. */
function keepCompiled(/** @type {string} */ folder) {
  module.enableCompileCache(folder);
  setTimeout(() => module.flushCompileCache(), 5_000).unref();
}

/**
 * A folder that nobody else can write to: what lies in it is run as code, and Node's own default is a
 * name in the shared temporary folder that any user may take first. Without one there is no cache, only a
 * slower start. `NODE_COMPILE_CACHE` goes first: Node has turned it on before this file runs.
 */
function cacheFolder() {
  const uid = process.getuid?.();
  const folder = join(tmpdir(), `signalbox-compile-cache-${uid ?? 'user'}`);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const found = lstatSync(folder);
    const ours = uid === undefined || (found.uid === uid && (found.mode & 0o022) === 0);
    return found.isDirectory() && ours ? folder : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The other half of relaunch.js: the launcher holds an IPC channel to us for no other reason than that it closes
 * when the launcher dies, even by SIGKILL, which it cannot forward. We then stop as on SIGTERM.
 */
function stopWithLauncher() {
  if (process.env.SIGNALBOX_LAUNCHER === undefined) return;
  delete process.env.SIGNALBOX_LAUNCHER;
  const stop = () => process.kill(process.pid, 'SIGTERM');
  if (process.connected) process.once('disconnect', stop);
  else stop();
  process.channel?.unref();
}

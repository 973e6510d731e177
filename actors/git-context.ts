import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

export interface GitContext {
  branch: string | null;
  recent_branches: string[];
}

const MOST_BRANCHES = 10;
/** Long enough that a busy turn reads the disk now and then, short enough that a person sees a checkout. */
const KEPT_MS = 2_000;

/** Reads a directory's branch from git's own files, without git, and remembers it for a moment. */
export function createGitContext(now: () => number): (cwd: string) => GitContext | null {
  const kept = new Map<string, { at: number; context: GitContext | null }>();
  return (cwd) => {
    const known = kept.get(cwd);
    // Also when the clock was set back.
    if (known && Math.abs(now() - known.at) < KEPT_MS) return known.context;
    const context = readGitContext(cwd);
    if (kept.size > 100) kept.clear();
    kept.set(cwd, { at: now(), context });
    return context;
  };
}

function readGitContext(cwd: string): GitContext | null {
  const git = findGitDirectory(cwd);
  if (!git) return null;
  const head = readText(join(git, 'HEAD'));
  if (head === null) return null;
  return {
    branch: /^ref: refs\/heads\/(.+)$/m.exec(head)?.[1] ?? null,
    recent_branches: recentBranches(git),
  };
}

/** The `.git` directory above `cwd`; in a worktree `.git` is a file that names it. */
function findGitDirectory(cwd: string): string | null {
  for (let at = cwd; ; at = dirname(at)) {
    const path = join(at, '.git');
    const kind = kindOf(path);
    if (kind === 'directory') return path;
    if (kind === 'file') {
      const named = /^gitdir: (.+)$/m.exec(readText(path) ?? '')?.[1];
      return named ? resolve(at, named) : null;
    }
    if (dirname(at) === at) return null;
  }
}

/** Branches last left, newest first, as the log of HEAD tells. */
function recentBranches(git: string): string[] {
  const log = readText(join(git, 'logs', 'HEAD')) ?? '';
  const left = log
    .split('\n')
    .flatMap((line) => /checkout: moving from (\S+) to /.exec(line)?.[1] ?? [])
    .reverse();
  const there = branchNames(git);
  return [...new Set(left)].filter((name) => there.has(name)).slice(0, MOST_BRANCHES);
}

/** All branches. A worktree's are those of its repository; git keeps old ones together in one file. */
function branchNames(git: string): Set<string> {
  const repository = resolve(git, readText(join(git, 'commondir'))?.trim() ?? '.');
  const packed = readText(join(repository, 'packed-refs')) ?? '';
  return new Set([
    ...namesBelow(join(repository, 'refs', 'heads')),
    ...[...packed.matchAll(/^\S+ refs\/heads\/(.+)$/gm)].map((match) => String(match[1])),
  ]);
}

function namesBelow(dir: string): string[] {
  try {
    return readdirSync(dir, { recursive: true, withFileTypes: false }).map(String);
  } catch {
    return [];
  }
}

function kindOf(path: string): 'directory' | 'file' | null {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return null;
  return stat.isDirectory() ? 'directory' : 'file';
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

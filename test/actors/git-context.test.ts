import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createGitContext } from '../../actors/git-context.ts';

let root: string;
let now: number;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-git-')));
  now = 0;
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const git = (cwd: string, ...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.com', ...args], {
    cwd,
    env: { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' },
    stdio: 'pipe',
  });

/** A repository with one commit on `main`. */
function repository(): string {
  const dir = join(root, 'repo');
  mkdirSync(dir);
  git(dir, 'init', '-q', '-b', 'main');
  git(dir, 'commit', '-q', '--allow-empty', '-m', 'first');
  return dir;
}

const read = (cwd: string) => createGitContext(() => now)(cwd);

describe('the git context of a directory', () => {
  test('HOST-90 is the branch, and the branches last left that are still there', () => {
    const dir = repository();
    expect(read(dir)).toEqual({ branch: 'main', recent_branches: [] });
    for (const name of ['one', 'feature/two', 'gone']) git(dir, 'checkout', '-q', '-b', name);
    git(dir, 'checkout', '-q', 'main');
    git(dir, 'branch', '-D', 'gone');
    expect(read(dir)).toEqual({ branch: 'main', recent_branches: ['feature/two', 'one', 'main'] });
  });

  test('HOST-90 holds in the directories below', () => {
    const below = join(repository(), 'a', 'b');
    mkdirSync(below, { recursive: true });
    expect(read(below)?.branch).toBe('main');
  });

  test('HOST-90 knows branches that git has packed away', () => {
    const dir = repository();
    git(dir, 'checkout', '-q', '-b', 'one');
    git(dir, 'checkout', '-q', 'main');
    git(dir, 'pack-refs', '--all');
    expect(read(dir)).toEqual({ branch: 'main', recent_branches: ['one', 'main'] });
  });

  test('HOST-90 is that of the worktree, with the branches of the repository', () => {
    const dir = repository();
    git(dir, 'branch', 'one');
    const tree = join(root, 'tree');
    git(dir, 'worktree', 'add', '-q', '-b', 'side', tree);
    git(tree, 'checkout', '-q', 'one');
    git(tree, 'checkout', '-q', 'side');
    expect(read(tree)).toEqual({ branch: 'side', recent_branches: ['one', 'side'] });
  });

  test('has no branch when HEAD is a commit', () => {
    const dir = repository();
    git(dir, 'checkout', '-q', '--detach');
    expect(read(dir)).toMatchObject({ branch: null });
  });

  test('of a repository without a commit is its first branch', () => {
    const dir = join(root, 'empty');
    mkdirSync(dir);
    git(dir, 'init', '-q', '-b', 'trunk');
    expect(read(dir)).toEqual({ branch: 'trunk', recent_branches: [] });
  });

  test('tells at most ten branches', () => {
    const dir = repository();
    for (let i = 0; i < 12; i += 1) git(dir, 'checkout', '-q', '-b', `b${i}`);
    const recent = read(dir)?.recent_branches;
    expect([recent?.length, recent?.[0]]).toEqual([10, 'b10']);
  });

  test.each([
    ['there is no repository', () => root],
    ['the directory is not there', () => join(root, 'nowhere')],
    [
      '.git is a file that names nothing',
      () => {
        writeFileSync(join(root, '.git'), 'hello');
        return root;
      },
    ],
    [
      '.git has no HEAD',
      () => {
        mkdirSync(join(root, '.git'));
        return root;
      },
    ],
  ])('HOST-90 is none when %s', (_, place) => {
    expect(read(place())).toBeNull();
  });

  test('is looked up anew after two seconds, and not before', () => {
    const dir = repository();
    const look = createGitContext(() => now);
    look(dir);
    git(dir, 'checkout', '-q', '-b', 'next');
    now = 1_999;
    expect(look(dir)?.branch).toBe('main');
    now = 2_000;
    expect(look(dir)?.branch).toBe('next');
    git(dir, 'checkout', '-q', 'main');
    // The clock was set back an hour.
    now -= 3_600_000;
    expect(look(dir)?.branch).toBe('main');
  });
});

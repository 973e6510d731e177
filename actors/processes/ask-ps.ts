import { MARK, type Process } from './process.ts';

/** Reads the process table from `ps`, where there is no /proc (macOS, the BSDs). */
export async function askPs(wanted: (mark: string | null) => boolean): Promise<Process[]> {
  const columns = 'pid=,ppid=,pgid=,stat=,lstart=,command=';
  // `-E` on macOS and `e` elsewhere put the environment behind the command.
  const args = process.platform === 'darwin' ? ['-AEww', '-o', columns] : ['axeww', '-o', columns];
  // Without our own mark: ps would list itself, anew each time.
  const { [MARK]: _, ...env } = process.env;
  const { execa } = await import('execa');
  const { stdout } = await execa('ps', args, {
    env: { ...env, LC_ALL: 'C' },
    extendEnv: false,
    stdin: 'ignore',
    killDescendants: true,
    maxBuffer: 64 * 1024 * 1024,
  });
  return stdout
    .split('\n')
    .flatMap((line) => parsePsLine(line) ?? [])
    .filter((one) => wanted(one.mark));
}

/** One line of the columns above; null for a zombie and for what is no such line. */
export function parsePsLine(line: string): Process | null {
  const match = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s(.*)$/.exec(line);
  if (!match) return null;
  const [, pid, parent, group, state, started, rest] = match as unknown as string[];
  if (state?.startsWith('Z')) return null;
  const marks = [...(rest ?? '').matchAll(new RegExp(`(?:^|\\s)${MARK}=(\\S+)`, 'g'))];
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: 0,
    started: started ?? '',
    // The environment stands behind the arguments, so the last one counts.
    mark: marks.at(-1)?.[1] ?? null,
  };
}

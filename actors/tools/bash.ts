import { z } from 'zod';
import type { ToolOutcome } from '../../machines/ports.ts';
import { createCommandOutput } from './command-output.ts';
import { failure } from './outcome.ts';
import { type CommandEnd, runCommand } from './run-command.ts';
import type { Tool } from './tool.ts';
import { goneDirectory } from './working-directory.ts';

const OUTPUT_LIMIT = 30_000;
const DEFAULT_TIMEOUT_MS = 120_000;
const MAX_TIMEOUT_MS = 600_000;

const parameters = z.strictObject({
  command: z.string().min(1).describe('The command, as given to bash -c.'),
  description: z.string().optional().describe('What the command does, in 5 to 10 words, for the person.'),
  timeout: z
    .int()
    .min(1)
    .max(MAX_TIMEOUT_MS)
    .optional()
    .describe(`Time limit in milliseconds: ${DEFAULT_TIMEOUT_MS} by default, ${MAX_TIMEOUT_MS} at most.`),
  run_in_background: z.boolean().optional().describe('Not supported yet; leave it out.'),
});

export const bash: Tool<z.output<typeof parameters>> = {
  name: 'Bash',
  description: `Runs a command with bash -c in the working directory, each time in a fresh shell that is not a login shell: variables, functions and cd do not last until the next call. It has no terminal and an empty standard input, so nothing can ask a question.

Returns what the command printed, stdout and stderr together in order of arrival. Of more than ${OUTPUT_LIMIT} characters the head and the tail are kept, and the number of characters cut between them is told. An exit code other than 0 is an error and is told in the last line.

At the time limit (${DEFAULT_TIMEOUT_MS} ms unless you give another, ${MAX_TIMEOUT_MS} at most) the command and everything it started is ended. The call returns when the shell exits; a process that was put in the background with & goes on, and its pid is told. It is ended when the host starts again at the latest.`,
  parameters,
  effect: async () => ({ kind: 'anything' }),

  async run(args, { cwd, env, mark, secrets, signal, output }) {
    if (args.run_in_background) {
      return failure(
        'run_in_background is not supported yet. Put the process in the background with & and send its output to a file.',
      );
    }
    if (args.command.includes('\0'))
      return failure('The command has a NUL character in it; bash cannot take one.');
    const gone = await goneDirectory(cwd);
    if (gone) return gone;

    const timeoutMs = args.timeout ?? DEFAULT_TIMEOUT_MS;
    const printed = createCommandOutput(OUTPUT_LIMIT, secrets, output);
    const { command } = args;
    const onOutput = printed.push;
    const end = await runCommand({ command, cwd, env, mark, timeoutMs, signal, onOutput });
    const { text, stdout, stderr } = printed.finish();
    const said = notes(end, timeoutMs).join('\n');
    const apart = text === '' || text.endsWith('\n') || said === '' ? '' : '\n';
    const told: ToolOutcome = {
      status: end.kind === 'exited' && end.code === 0 ? 'success' : 'error',
      text: text + apart + said || '(no output)',
      stdout,
      stderr,
    };
    return end.kind === 'cancelled' ? { ...told, outcome: 'cancelled' } : told;
  },
};

/** What there is to say about the end, one line each. */
function notes(end: CommandEnd, timeoutMs: number): string[] {
  switch (end.kind) {
    case 'notStarted':
      return [`The command could not be started: ${end.reason}.`];
    case 'exited':
      return [...background(end.running), ...(end.code === 0 ? [] : [`Exit code ${end.code}`])];
    case 'killed':
      return [...background(end.running), `Killed by ${end.signal}`];
    case 'timedOut':
      return [`Timed out after ${timeoutMs} ms. ${treeEnded(end.left)}`];
    case 'cancelled':
      return [`Cancelled. ${treeEnded(end.left)}`];
  }
}

function background(pids: number[]): string[] {
  if (pids.length === 0) return [];
  const [were, pid] = pids.length === 1 ? ['process was', 'pid'] : ['processes were', 'pids'];
  return [`[${pids.length} ${were} left running in the background, ${pid} ${list(pids)}]`];
}

function treeEnded(left: number[]): string {
  if (left.length === 0) return 'The command and everything it started was ended.';
  return `The command was ended, but this host could not end what it started as pid ${list(left)}.`;
}

function list(pids: number[]): string {
  const shown = pids.slice(0, 10).join(', ');
  return pids.length > 10 ? `${shown} and ${pids.length - 10} more` : shown;
}

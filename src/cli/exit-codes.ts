/** What the exit code of every command means. Shown by `--help`, and what scripts may rely on. */
export const exitCodes = {
  ok: 0,
  failure: 1,
  usage: 2,
  superseded: 3,
  approval: 4,
  unreachable: 5,
  turnFailed: 6,
  timeout: 7,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

const meanings: Record<keyof typeof exitCodes, string> = {
  ok: 'all went well',
  failure: 'it failed; the message says why',
  usage: 'the command line is wrong',
  superseded: 'server: another process took over this environment',
  approval: 'send: a tool call was denied, or still waits for a person',
  unreachable: 'the hub cannot be reached, or the environment is offline',
  turnFailed: 'send: the turn ended in an error or was cancelled',
  timeout: 'send: the time limit passed; the turn goes on without us',
  interrupted: 'interrupted by Ctrl-C',
};

/** The table as lines, for `--help`. */
export function describeExitCodes(): string {
  const lines = Object.entries(exitCodes).map(
    ([name, code]) => `  ${String(code).padStart(3)}  ${meanings[name as keyof typeof exitCodes]}`,
  );
  return ['Exit codes:', ...lines].join('\n');
}

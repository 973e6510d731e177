import type { OptionSpec } from './command.ts';

/** The option of every command that lists something. */
export const jsonOption = {
  json: { type: 'boolean', describe: 'print JSON, for programs' },
} as const satisfies Record<string, OptionSpec>;

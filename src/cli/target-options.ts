import type { SessionTarget } from '../client/index.ts';
import type { OptionSpec, OptionValues } from './command.ts';
import { hubOption } from './hub-choice.ts';

/** The options that say which conversation, where. */
export const targetOptions = {
  env: { type: 'string', value: 'NAME', describe: 'the environment; the only one online when left out' },
  agent: {
    type: 'string',
    value: 'ID',
    describe: "the agent, by id or name; the hub's oldest when left out",
  },
  conversation: { type: 'string', value: 'ID', describe: 'the conversation; default when left out' },
  ...hubOption,
} as const satisfies Record<string, OptionSpec>;

export function readTarget(options: OptionValues<typeof targetOptions>): SessionTarget {
  return {
    ...(options.env ? { environment: options.env } : {}),
    ...(options.agent ? { agent: options.agent } : {}),
    ...(options.conversation ? { conversation: options.conversation } : {}),
  };
}

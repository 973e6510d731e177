/** One option of a command. A name such as `env-name` is given as `--env-name`. */
export interface OptionSpec {
  type: 'string' | 'boolean' | 'number';
  describe: string;
  /** The word that stands for the value in `--help`. */
  value?: string;
  choices?: readonly string[];
  /** What it means without a value; then a value is given with `=` only, as `--inspect=stately`. */
  bare?: string;
}
export type OptionTable = Record<string, OptionSpec>;

type ValueOf<S extends OptionSpec> = S['type'] extends 'boolean'
  ? boolean
  : S['type'] extends 'number'
    ? number
    : S['choices'] extends readonly (infer C)[]
      ? C
      : string;

/** What was given. What was not given is not there. */
export type OptionValues<T extends OptionTable> = { [K in keyof T]?: ValueOf<T[K]> };

export interface Command<T extends OptionTable = OptionTable> {
  /** As typed, with its positional words, such as `send TEXT…`. */
  syntax: string;
  summary: string;
  /** The most positional words it takes; absent: any number. */
  maxWords?: number;
  options: T;
  /** More for `--help`: what the words mean, examples. */
  notes?: string;
  /** Runs to the end; the answer is the exit code. */
  run(options: OptionValues<T>, words: string[]): Promise<number>;
}

/** Gives a command its exact option types. */
export const defineCommand = <const T extends OptionTable>(command: Command<T>): Command<T> => command;

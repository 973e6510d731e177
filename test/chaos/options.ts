/** What `npm run chaos` is asked for. */
export interface ChaosOptions {
  /** How many processes are killed. */
  kills: number;
  seed: string;
  /** An end by time as well; null: none. */
  minutes: number | null;
  /** After most kills what was not synced is lost too. */
  power: boolean;
  json: boolean;
  /** Leaves the folder of the run. */
  keep: boolean;
  /** Tells on stderr what is done. */
  verbose: boolean;
}

export const USAGE = `npm run chaos -- [--kills N] [--seed S] [--minutes M] [--power] [--json] [--keep] [--verbose]

Runs a hub, two hosts and several clients as real processes, kills them at seeded moments (kill -9), freezes them and
breaks the links between them, and checks afterwards that nothing was lost, doubled or left behind.

  --kills N     processes to kill (100)
  --seed S      the same seed gives the same schedule (1)
  --minutes M   end after so many minutes, whatever was killed by then
  --power       after most kills also take from the store what was not synced, as a power cut would
  --json        print the result as JSON
  --keep        leave the folder of the run, with all stores and logs; it is left in any case when a check fails
  --verbose     tell what is done

It ends with 1 when a check fails, and tells the story of what was lost.`;

export type ReadOptions = { ok: true; options: ChaosOptions } | { ok: false; message: string };

export function readOptions(words: readonly string[]): ReadOptions {
  const options: ChaosOptions = {
    kills: 100,
    seed: '1',
    minutes: null,
    power: false,
    json: false,
    keep: false,
    verbose: false,
  };
  const rest = words.flatMap((word) => word.split(/(?<=^--\w+)=/));
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    const name = word.replace(/^--/, '');
    if (name === 'power' || name === 'json' || name === 'keep' || name === 'verbose') {
      options[name] = true;
      continue;
    }
    if (name !== 'kills' && name !== 'seed' && name !== 'minutes')
      return { ok: false, message: `"${word}" is no option` };
    const value = rest.shift();
    if (value === undefined) return { ok: false, message: `${word} needs a value` };
    if (name === 'seed') {
      options.seed = value;
      continue;
    }
    const number = Number(value);
    if (!(number > 0) || (name === 'kills' && !Number.isInteger(number)))
      return { ok: false, message: `${word} needs a number above 0, not "${value}"` };
    options[name] = number;
  }
  return { ok: true, options };
}

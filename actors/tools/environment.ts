import { delimiter } from 'node:path';
import { MARK } from '../processes/process.ts';
import { isWithheld } from '../secrets/secret-names.ts';

/** What npm sets for a script of ours and what would mislead the npm of the person's project. */
const LEFT_BY_NPM =
  /^(?:npm_(?:lifecycle|package)_\w+|npm_command|npm_execpath|npm_node_execpath|npm_config_local_prefix|INIT_CWD)$/;

/**
 * The environment in which commands run: the host's own, without our tokens and the keys of the model
 * providers, and without what starting the host through npm or node left in it.
 */
export function commandEnvironment(
  env: Record<string, string | undefined>,
  mark: string,
): Record<string, string> {
  const byNpm = env.npm_execpath !== undefined || env.npm_command !== undefined;
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || isWithheld(name) || name === 'NODE_COMPILE_CACHE') continue;
    if (byNpm && (LEFT_BY_NPM.test(name) || (name === 'NODE' && value === env.npm_node_execpath))) continue;
    result[name] = byNpm && name === 'PATH' ? withoutNpmFolders(value) : value;
  }
  result[MARK] = mark;
  return result;
}

/** npm puts the folders of its packages in front; behind them stands what the person has. */
function withoutNpmFolders(path: string): string {
  const folders = path.split(delimiter);
  const own = folders.findIndex((folder) => !/[\\/]node_modules[\\/]\.bin$|[\\/]node-gyp-bin$/.test(folder));
  return own < 0 ? path : folders.slice(own).join(delimiter);
}

import { isToken } from '../../actors/credentials.ts';
import { CliError } from './cli-error.ts';

/** SIGNALBOX_TOKEN; null when it is not set. Throws for what cannot be a token, and does not say what it is. */
export function tokenInEnv(env: NodeJS.ProcessEnv): string | null {
  const token = env.SIGNALBOX_TOKEN;
  if (!token) return null;
  if (isToken(token)) return token;
  throw new CliError(`SIGNALBOX_TOKEN is no token: it holds ${oddity(token)}. ${WAY_OUT}`);
}

const WAY_OUT = 'A token is letters, digits and signs of ASCII without blanks; set it anew, or unset it.';

function oddity(token: string): string {
  if (token.endsWith('\r'))
    return 'a carriage return at its end, as from a file with the line ends of Windows';
  if (/[\r\n]/.test(token)) return 'a line break';
  return /\s/.test(token) ? 'a blank' : 'a sign that no HTTP header may hold';
}

import { credentialTokens } from '../../../actors/credentials.ts';
import { knownSecrets, type Secrets } from '../../../actors/secrets/known-secrets.ts';
import { createMask } from '../../../actors/secrets/mask.ts';

/**
 * The secrets that this home and this environment know now, as they would stand in a log. The log was written without
 * those that its process knew; a token that a person pasted into a message, or that is newer, may be in it all the same.
 */
export function secretsInLogs(home: string, env: NodeJS.ProcessEnv): Secrets {
  const known = knownSecrets(env);
  for (const token of credentialTokens(home)) known.add('a token of a hub', token);
  const asBytes = knownSecrets({});
  for (const { name, value } of known.list)
    for (const text of [value, JSON.stringify(value).slice(1, -1)]) asBytes.add(name, bytesAsText(text));
  return asBytes;
}

/** The same bytes without those secrets. All else stays, also what is no text. */
export async function* maskLog(
  bytes: AsyncIterable<Buffer>,
  secrets: Secrets,
): AsyncGenerator<Buffer, void, undefined> {
  const mask = createMask(secrets);
  for await (const part of bytes) yield Buffer.from(mask.push(part.toString('latin1')), 'latin1');
  yield Buffer.from(mask.flush(), 'latin1');
}

const bytesAsText = (text: string): string => Buffer.from(text).toString('latin1');

import type { ConnectionStore } from './connections.ts';
import type { Environment, EnvironmentStore } from './environments.ts';

export type Selected =
  | { kind: 'one'; environment: Environment }
  | { kind: 'none' }
  /** Several machines of that name are online: only the person can say which. */
  | { kind: 'several'; environments: Environment[] };

/**
 * The environment that a word means: its id, an alias, a device id or a name. Among those of one device or
 * one name the online ones come first, then the one seen last.
 */
export function selectEnvironment(
  word: string,
  environments: EnvironmentStore,
  connections: ConnectionStore,
  isOnline: (id: string) => boolean,
): Selected {
  const direct = environments.byId(word) ?? environments.byId(connections.find(word)?.environmentId ?? '');
  if (direct) return { kind: 'one', environment: direct };
  const ofDevice = preferOnline(environments.byDevice(word), isOnline);
  if (ofDevice[0]) return { kind: 'one', environment: ofDevice[0] };
  const named = preferOnline(environments.byName(word), isOnline);
  if (!named[0]) return { kind: 'none' };
  const online = named.filter(({ id }) => isOnline(id));
  if (new Set(online.map(({ deviceId }) => deviceId)).size > 1)
    return { kind: 'several', environments: online };
  return { kind: 'one', environment: named[0] };
}

/** Newest first as the store gives them, those online before the others. */
function preferOnline(found: Environment[], isOnline: (id: string) => boolean): Environment[] {
  return [...found.filter(({ id }) => isOnline(id)), ...found.filter(({ id }) => !isOnline(id))];
}

import type { ActorState } from '../../src/replay/create-replay.ts';
import { callOf } from '../why/innermost.ts';

/** An actor for people: `conversation` and which one, `call Bash` and its id. */
export function actorName(actor: Pick<ActorState, 'root' | 'path' | 'src' | 'context'>): {
  name: string;
  detail: string | null;
} {
  const own = actor.path === '.' ? actor.root : lastName(actor.path);
  const call = callOf(actor);
  const [kind = own, id] = splitName(own);
  if (call) return { name: `call ${call.name}`, detail: shortId(call.id) };
  return { name: kind, detail: id ? shortId(id) : null };
}

/** The last part of a path. */
export function lastName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** `conversation:conv-1` in its two parts. */
export function splitName(name: string): [kind: string, id: string | undefined] {
  const at = name.indexOf(':');
  return at === -1 ? [name, undefined] : [name.slice(0, at), name.slice(at + 1)];
}

/** A long id by its beginning and its end, which is where ids differ. */
export function shortId(id: string): string {
  return id.length <= 18 ? id : `${id.slice(0, 8)}…${id.slice(-7)}`;
}

/** A path from the last actor on that has an id, which says of which one it is: `call:call-1/runner`. */
export function shortPath(path: string): string {
  const parts = path.split('/');
  const from = parts.findLastIndex((part) => part.includes(':'));
  const shown = from === -1 ? parts : parts.slice(from);
  return shown
    .map((part) => {
      const [kind, id] = splitName(part);
      return id === undefined ? kind : `${kind}:${shortId(id)}`;
    })
    .join('/');
}

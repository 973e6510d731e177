import type { ActorState } from '../../src/replay/create-replay.ts';

/** The machines farthest in, at or below an actor: what it waits for, they say best. */
export function innermostOf(actor: ActorState, actors: readonly ActorState[]): ActorState[] {
  const own = actors.filter(
    ({ kind, root, path }) =>
      kind === 'machine' && root === actor.root && (path === actor.path || isBelow(path, actor.path)),
  );
  return own.filter(({ path }) => !own.some((other) => isBelow(other.path, path)));
}

/** The call that an actor is about, when it is about one. */
export function callOf({
  src,
  context,
}: Pick<ActorState, 'src' | 'context'>): { id: string; name: string } | null {
  if (src !== 'toolCall') return null;
  const { standing } = context as { standing: { id: string; name: string } };
  return { id: standing.id, name: standing.name };
}

function isBelow(path: string, above: string): boolean {
  return path !== above && (above === '.' || path.startsWith(`${above}/`));
}

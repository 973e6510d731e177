import type { ActorState } from '../../src/replay/create-replay.ts';
import { showValue } from '../../src/replay/show-step.ts';
import { actorName } from '../recording/actor-name.ts';
import type { Selected } from './selected.ts';

interface Props {
  actors: readonly ActorState[];
  selected: Selected | undefined;
  onSelect: (actor: Selected) => void;
}

/** The actors that live, each below the one that started it. */
export function ActorTree({ actors, selected, onSelect }: Props) {
  const roots = [...new Set(actors.map(({ root }) => root))];
  return (
    <ul class="tree">
      {roots.flatMap((root) =>
        actors
          .filter((actor) => actor.root === root)
          .toSorted((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1))
          .map((actor) => {
            const { path, kind, value } = actor;
            const depth = path === '.' ? 0 : path.split('/').length;
            const isChosen = selected?.root === root && selected.path === path;
            const { name, detail } = actorName(actor);
            return (
              <li key={`${root} ${path}`} style={{ paddingLeft: `${depth * 14}px` }}>
                <button
                  type="button"
                  class={kind}
                  aria-pressed={isChosen}
                  title={path === '.' ? root : `${root} ${path}`}
                  onClick={() => onSelect({ root, path })}
                >
                  <b>{name}</b> {detail && <small>{detail}</small>}
                  {kind === 'machine' && <span>{breakable(showValue(value))}</span>}
                </button>
              </li>
            );
          }),
      )}
    </ul>
  );
}

const orderOf = ({ path }: ActorState): string => (path === '.' ? '' : path.replaceAll('/', '\u0001'));

/** Where it is too long for a line, it goes on after a sign rather than in a word. */
const breakable = (text: string): string => text.replace(/[.(]/g, '$&\u200b');

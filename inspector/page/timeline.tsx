import { splitName } from '../recording/actor-name.ts';
import { lineSummary, pathOfLine, rootOfLine } from '../recording/line-text.ts';
import type { Recording } from '../recording/recording.ts';
import { Rows } from './rows.tsx';

interface Props {
  recording: Recording;
  position: number;
  root: string | null;
  onlyRoot: boolean;
  onGo: (position: number) => void;
  onOnlyRoot: (onlyRoot: boolean) => void;
}

const ROW = 24;

/** All lines, or those of one root. */
export function Timeline({ recording, position, root, onlyRoot, onGo, onOnlyRoot }: Props) {
  const own = onlyRoot && root !== null ? recording.positionsOf(root) : null;
  const count = own ? own.length : recording.lines.length;
  const at = own ? own.findLastIndex((each) => each <= position) : position - 1;
  return (
    <>
      <label class="filter" title={root ?? ''}>
        <input
          type="checkbox"
          checked={onlyRoot}
          onInput={(event) => onOnlyRoot(event.currentTarget.checked)}
        />
        <span>only {root ?? 'this root'}</span>
      </label>
      <Rows count={count} height={ROW} at={at}>
        {(row) => {
          const place = own ? (own[row] ?? 0) : row + 1;
          const line = recording.lines[place - 1];
          if (!line) return null;
          return (
            <button
              type="button"
              key={place}
              class={`line${row === at ? ' here' : ''}${place <= position ? '' : ' ahead'}`}
              style={{ top: `${row * ROW}px`, height: `${ROW}px` }}
              title={[lineSummary(line), rootOfLine(line), pathOfLine(line)].filter(Boolean).join(' · ')}
              onClick={() => onGo(place)}
            >
              <i>{line.time}</i>
              <b>
                <u>{line.arrow}</u>
                {line.arrow === '·' ? '' : line.verb}
              </b>
              <span>{lineSummary(line)}</span>
              <em>{rootText(rootOfLine(line))}</em>
            </button>
          );
        }}
      </Rows>
    </>
  );
}

/** Of conversations which one, as there are many. */
function rootText(root: string | null): string {
  const [kind, id] = splitName(root ?? '');
  if (id === undefined) return kind;
  return id.length <= 10 ? id : `…${id.slice(-7)}`;
}

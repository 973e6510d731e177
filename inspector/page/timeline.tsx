import { useMemo, useState } from 'preact/hooks';
import type { RecordedLine } from '../../src/replay/recorded-line.ts';
import { lineSummary, rootOfLine } from '../recording/line-text.ts';
import { Rows } from './rows.tsx';

interface Props {
  lines: readonly RecordedLine[];
  position: number;
  root: string | null;
  onGo: (position: number) => void;
}

const ROW = 24;

/** All lines, or those of one root. */
export function Timeline({ lines, position, root, onGo }: Props) {
  const [onlyRoot, setOnlyRoot] = useState(false);
  const shown = useMemo(
    () =>
      lines
        .map((_, index) => index)
        .filter((index) => !onlyRoot || rootOfLine(lines[index] as RecordedLine) === root),
    [lines, onlyRoot, root],
  );
  const at = shown.findLastIndex((index) => index < position);
  return (
    <>
      <label class="filter">
        <input
          type="checkbox"
          checked={onlyRoot}
          onInput={(event) => setOnlyRoot(event.currentTarget.checked)}
        />
        only {root ?? 'this root'}
      </label>
      <Rows count={shown.length} height={ROW} at={at}>
        {(row) => {
          const index = shown[row] ?? 0;
          const line = lines[index];
          if (!line) return null;
          const past = index < position ? '' : ' ahead';
          return (
            <button
              type="button"
              key={index}
              class={`line${row === at ? ' here' : ''}${past}`}
              style={{ top: `${row * ROW}px`, height: `${ROW}px` }}
              onClick={() => onGo(index + 1)}
            >
              <i>{line.time}</i>
              <b>
                {line.arrow} {line.verb}
              </b>
              <span>{lineSummary(line)}</span>
              <em>{rootOfLine(line) ?? ''}</em>
            </button>
          );
        }}
      </Rows>
    </>
  );
}

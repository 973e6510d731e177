import { useMemo } from 'preact/hooks';
import type { RecordedLine } from '../../src/replay/recorded-line.ts';
import { lanesOf } from '../recording/lanes.ts';
import { Rows } from './rows.tsx';

interface Props {
  lines: readonly RecordedLine[];
  position: number;
  root: string | null;
  onGo: (position: number) => void;
}

const LANE = 150;
const ROW = 34;

/** The root of the selected actor as a sequence chart. */
export function LaneChart({ lines, position, root, onGo }: Props) {
  const { names, messages } = useMemo(() => lanesOf(lines, root ?? ''), [lines, root]);
  if (messages.length === 0) return <p class="notice">Nothing was said here.</p>;
  const at = messages.findLastIndex((message) => message.position <= position);
  const width = names.length * LANE;
  const middle = (name: string) => names.indexOf(name) * LANE + LANE / 2;
  return (
    <div class="lanes">
      <div class="lane-names" style={{ width: `${width}px` }}>
        {names.map((name) => (
          <b key={name} style={{ width: `${LANE}px` }} title={name}>
            {name === '.' ? root : name}
          </b>
        ))}
      </div>
      <Rows count={messages.length} height={ROW} at={at} width={width}>
        {(row) => {
          const message = messages[row];
          if (!message) return null;
          const [from, to] = [middle(message.from), middle(message.to)];
          const left = Math.min(from, to);
          return (
            <button
              type="button"
              key={row}
              class={`message${row === at ? ' here' : ''}${message.position > position ? ' ahead' : ''}`}
              style={{ top: `${row * ROW}px`, height: `${ROW}px`, width: `${width}px` }}
              onClick={() => onGo(message.position)}
            >
              <span style={{ left: `${left + 6}px` }}>{message.text}</span>
              <i
                class={from <= to ? 'right' : 'left'}
                style={{ left: `${left}px`, width: `${Math.max(2, Math.abs(to - from))}px` }}
              />
            </button>
          );
        }}
      </Rows>
    </div>
  );
}

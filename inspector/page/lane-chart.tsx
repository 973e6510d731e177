import { lastName, shortId, splitName } from '../recording/actor-name.ts';
import type { Message } from '../recording/lanes.ts';
import type { Recording } from '../recording/recording.ts';
import { Rows } from './rows.tsx';

interface Props {
  recording: Recording;
  position: number;
  root: string | null;
  onGo: (position: number) => void;
}

const LANE = 132;
const ROW = 34;
const HEAD = 29;

/** The root of the selected actor as a sequence chart; the arrow of the line that was gone through last is lit. */
export function LaneChart({ recording, position, root, onGo }: Props) {
  const lanes = recording.lanesOf(root ?? '');
  const { messages } = lanes;
  if (messages.length === 0) return <p class="notice">Nothing was said here.</p>;
  const at = messages.findLastIndex((message) => message.position <= position);
  const width = lanes.count * LANE;
  const middle = (lane: number) => lane * LANE + LANE / 2;
  const spanOf = ({ fromLane, toLane }: Message) => {
    const [a, b] = [middle(fromLane), middle(toLane)];
    return { start: Math.min(a, b), end: Math.max(a, b), isBack: a > b };
  };
  const current = messages[at] && spanOf(messages[at]);
  const head = lanes.namesAt(position).map((name, lane) => (
    <b key={lane} style={{ width: `${LANE}px` }} title={name === '.' ? (root ?? '') : name}>
      {laneName(name, root ?? '')}
    </b>
  ));
  return (
    <Rows
      count={messages.length}
      height={ROW}
      at={at}
      width={width}
      across={current ? [current.start - LANE / 2, current.end + LANE / 2] : [0, 0]}
      head={head}
      headHeight={HEAD}
    >
      {(row) => {
        const message = messages[row];
        if (!message) return null;
        const { start, end, isBack } = spanOf(message);
        const span = Math.max(2, end - start);
        const marks = [
          'message',
          row === at && 'here',
          message.position === position && 'lit',
          message.position > position && 'ahead',
        ];
        return (
          <button
            type="button"
            key={row}
            class={marks.filter(Boolean).join(' ')}
            style={{ top: `${row * ROW}px`, height: `${ROW}px`, '--lane': `${LANE}px` }}
            title={`${message.text}: ${message.from} → ${message.to}`}
            onClick={() => onGo(message.position)}
          >
            <u style={{ width: `${start + 1}px` }} />
            <span style={{ maxWidth: `${Math.max(LANE, span) - 2}px` }}>{message.text}</span>
            <i class={isBack ? 'left' : 'right'} style={{ left: `${start}px`, width: `${span}px` }} />
          </button>
        );
      }}
    </Rows>
  );
}

/** Of an actor farther in its own name; the whole path is in the title. */
function laneName(name: string, root: string): string {
  const [kind, id] = splitName(name === '.' ? root : lastName(name));
  return id === undefined || name === '.' ? kind : `${kind} ${shortId(id)}`;
}

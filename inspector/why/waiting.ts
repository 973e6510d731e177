import type { LogEntry } from '../../src/log/reader.ts';
import { type ActorState, createReplay } from '../../src/replay/create-replay.ts';
import { stampsOf } from '../../src/replay/until.ts';
import { describeMachine, type MachineShape } from '../layout/describe-machine.ts';
import { machineList } from '../layout/machine-list.ts';
import { callOf, innermostOf } from './innermost.ts';
import { type Reason, reasonsOf } from './reasons.ts';

/** One thing that a conversation waits for. */
export interface Waiting extends Reason {
  conversationId: string;
  agentId: string;
  /** The actor that waits: its root, and its path below that. */
  root: string;
  path: string;
  /** ISO time with the zone of the log. */
  since: string;
  /** The tool call that it is about. */
  call: { id: string; name: string } | null;
}

export interface WaitingReport {
  /** Those that have something to do; innermost actors only, as they say it best. */
  waiting: Waiting[];
  /** Those that wait for a message. */
  resting: { conversationId: string; agentId: string; why: string; who: string }[];
  /** All conversations of the recording, also those that are over. */
  seen: string[];
  /** Roots whose states the machines of this version cannot tell. */
  untold: { root: string; reason: string }[];
  /** ISO time of the last line; null when there is none. */
  until: string | null;
  damaged: { line: number; reason: string } | null;
}

const PREFIX = 'conversation:';
const shapes = new Map<string, MachineShape>();

/** What each conversation of a recording waits for where it ends. */
export function waitingIn(entries: Iterable<LogEntry>): WaitingReport {
  const replay = createReplay(entries, { wants: (root) => root.startsWith(PREFIX) });
  const times = timesOf(replay.lines);
  const since = new Map<string, string>();
  const diverged = new Map<string, string>();
  const seen = new Set<string>();
  for (let step = replay.next(); step !== null; step = replay.next()) {
    const time = times[replay.position - 1] ?? '';
    for (const { root, path, from, to } of step.moves)
      if (JSON.stringify(from) !== JSON.stringify(to)) since.set(`${root} ${path}`, time);
    if (step.root?.startsWith(PREFIX) && step.line.verb === 'open') {
      seen.add(step.root.slice(PREFIX.length));
      diverged.delete(step.root);
    }
    if (step.divergence)
      diverged.set(step.root ?? '', `line ${step.line.position}: ${step.divergence.reason}`);
  }
  const states = replay.states().filter(({ kind, root }) => kind === 'machine' && root.startsWith(PREFIX));
  const roots = states.filter(({ path }) => path === '.');
  const isResting = ({ value }: ActorState) => value === 'idle' || value === 'drained';
  return {
    waiting: roots.filter((root) => !isResting(root)).flatMap((root) => waitingOf(root, states, since)),
    resting: roots.filter(isResting).map((root) => {
      const [{ why, who } = { why: '', who: '' }] = reasonsOf(shapeOf(root), root.value);
      return { ...scopeOf(root), why, who };
    }),
    seen: [...seen],
    untold: [
      ...[...diverged].map(([root, reason]) => ({ root, reason })),
      ...replay.skipped.filter(({ root }) => root.startsWith(PREFIX)),
    ],
    until: times.at(-1) ?? null,
    damaged: replay.damaged ? { line: replay.damaged.line, reason: replay.damaged.reason } : null,
  };
}

function waitingOf(
  conversation: ActorState,
  states: readonly ActorState[],
  since: ReadonlyMap<string, string>,
): Waiting[] {
  return innermostOf(conversation, states).flatMap((actor) =>
    reasonsOf(shapeOf(actor), actor.value).map((reason) => ({
      ...scopeOf(conversation),
      root: actor.root,
      path: actor.path,
      ...reason,
      since: since.get(`${actor.root} ${actor.path}`) ?? '',
      call: callOf(actor),
    })),
  );
}

/** A machine is started by others under its own name; the roots here are conversations. */
function shapeOf({ path, src }: ActorState): MachineShape {
  const id = path === '.' ? 'conversation' : src;
  const listed = machineList.find(({ machine }) => machine.id === id);
  if (listed === undefined) throw new Error(`the machine "${id}" is not in the list of machines`);
  const shape = shapes.get(id) ?? describeMachine(listed.machine);
  shapes.set(id, shape);
  return shape;
}

function scopeOf({ context }: ActorState): { conversationId: string; agentId: string } {
  const { scope } = context as { scope: { conversationId: string; agentId: string } };
  return { conversationId: scope.conversationId, agentId: scope.agentId };
}

/** Of each line, with the zone that held then. */
function timesOf(lines: Parameters<typeof stampsOf>[0]): string[] {
  let zone = '';
  const stamps = stampsOf(lines);
  return lines.map(({ json, label }, at) => {
    if (label === 'lifecycle' && typeof json.zone === 'string') zone = json.zone;
    return `${stamps[at]}${zone}`;
  });
}

import type { MachineShape, StateShape, TransitionShape } from './describe-machine.ts';
import { labelLines } from './label.ts';

interface Arrow {
  from: string;
  to: string;
  labels: string[];
}

/**
 * A machine as a `stateDiagram-v2` of Mermaid. Mermaid cannot draw an arrow between a state and one inside it, so what
 * holds anywhere in a state leaves from a state of its own in there, `any state`, and what leads to a state around goes
 * to where that one begins.
 */
export function toMermaid(shape: MachineShape): string {
  const arrows = arrowsOf(shape);
  const [machine] = shape.states;
  const lines = machine ? bodyOf(machine, shape, arrows) : [];
  return ['stateDiagram-v2', ...lines.map((line) => `  ${line}`), ''].join('\n');
}

/** What stands inside a state. Its own arrows come last: Mermaid puts a state where it is first spoken of. */
function bodyOf(state: StateShape, shape: MachineShape, arrows: readonly Arrow[]): string[] {
  const children = childrenOf(state.id, shape);
  const regions = children.map((child) => declare(child, shape, arrows));
  const own = arrows.filter(({ from, to }) => homeOf(from, to, shape) === state.id);
  const start = state.initial === null ? [] : [`[*] --> ${idOf(state.initial)}`];
  const any = own.some(({ from }) => from === anyOf(state.id))
    ? [`state "any state" as ${anyOf(state.id)}`]
    : [];
  const ends = children.filter(({ kind }) => kind === 'final').map(({ id }) => `${idOf(id)} --> [*]`);
  const inside =
    state.kind === 'parallel'
      ? regions.flatMap((lines, at) => (at === 0 ? lines : ['--', ...lines]))
      : regions.flat();
  return [...start, ...inside, ...any, ...own.map(drawArrow), ...ends];
}

function declare(state: StateShape, shape: MachineShape, arrows: readonly Arrow[]): string[] {
  const head = `state "${state.key}" as ${idOf(state.id)}`;
  if (childrenOf(state.id, shape).length === 0) return [head];
  return [`${head} {`, ...bodyOf(state, shape, arrows).map((line) => `  ${line}`), '}'];
}

function arrowsOf(shape: MachineShape): Arrow[] {
  const arrows = new Map<string, Arrow>();
  for (const transition of shape.transitions) {
    if (transition.to === null) continue;
    const [from, to] = endsOf(transition, transition.to, shape);
    const arrow = arrows.get(`${from} ${to}`) ?? { from, to, labels: [] };
    arrows.set(`${from} ${to}`, arrow);
    const label = labelLines(transition).join(' ');
    if (label !== '' && label !== arrow.labels.at(-1)) arrow.labels.push(label);
  }
  return [...arrows.values()];
}

function endsOf({ from }: TransitionShape, to: string, shape: MachineShape): [string, string] {
  if (to.startsWith(`${from}.`)) return [anyOf(from), idOf(to)];
  if (from.startsWith(`${to}.`)) return [idOf(from), idOf(startOf(to, shape))];
  return [idOf(from), idOf(to)];
}

function startOf(id: string, shape: MachineShape): string {
  const initial = shape.states.find((state) => state.id === id)?.initial;
  return initial ? startOf(initial, shape) : id;
}

/** The state in whose body an arrow is written: that of both ends, else the machine, which moves neither of them. */
function homeOf(from: string, to: string, shape: MachineShape): string {
  const parents = [from, to].map((end) => {
    const around = shape.states.find(({ id }) => anyOf(id) === end);
    return around?.id ?? shape.states.find(({ id }) => idOf(id) === end)?.parent;
  });
  return (parents[0] === parents[1] ? parents[0] : undefined) ?? shape.id;
}

function drawArrow({ from, to, labels }: Arrow): string {
  return `${from} --> ${to}${labels.length === 0 ? '' : `: ${labels.join('<br/>')}`}`;
}

function childrenOf(id: string, { states }: MachineShape): StateShape[] {
  return states.filter(({ parent }) => parent === id);
}

const idOf = (id: string): string => id.replaceAll('.', '_');
const anyOf = (id: string): string => `${idOf(id)}_any`;

import { describeMachine, type MachineShape, type StateShape } from './describe-machine.ts';
import { eventText } from './label.ts';
import type { ListedMachine } from './machine-list.ts';
import { toMermaid } from './mermaid.ts';

const INTRO = `# The machines

Generated from \`machines/\` by \`npm run docs\`; do not edit. Each lifecycle of Signalbox is a statechart. Below is every one
of them: a diagram, and what each of its states waits for and who can change that, which is also what \`signalbox why\` says.
A line in brackets is the guard that must hold; \`[else]\` is what happens when none before it does. Events that are handled
without leaving a state stand in the table.

The same as text, data or a drawing: \`signalbox graph MACHINE --mermaid\`, \`--json\` or \`--svg\`.
`;

/** docs/machines.md. */
export function machinePage(machines: readonly ListedMachine[]): string {
  const contents = machines.map(
    ({ machine: { id }, summary }) => `- [${id}](#${id.toLowerCase()}): ${summary}`,
  );
  return [INTRO, `${contents.join('\n')}\n`, ...machines.map(section)].join('\n');
}

function section({ machine, summary }: ListedMachine): string {
  const shape = describeMachine(machine);
  const rows = shape.states.flatMap((state) => row(state, shape) ?? []);
  return [
    `## ${shape.id}`,
    '',
    summary,
    '',
    '```mermaid',
    toMermaid(shape).trimEnd(),
    '```',
    '',
    '| state | why | who can change it | actors | stays on |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
}

function row(state: StateShape, shape: MachineShape): string | null {
  const name = state.parent === null ? '(anywhere)' : state.id.slice(shape.id.length + 1);
  const actors = state.invokes.map(({ id }) => code(id)).join(', ');
  const stays = [
    ...new Set(shape.transitions.filter(({ from, to }) => from === state.id && to === null).map(eventText)),
  ];
  if (state.parent === null && actors === '' && stays.length === 0) return null;
  const cells = [code(name), state.why ?? '', state.who ?? '', actors, stays.map(code).join(', ')];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

const code = (text: string): string => `\`${text}\``;

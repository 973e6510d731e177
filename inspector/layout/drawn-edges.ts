import type { MachineShape } from './describe-machine.ts';
import { labelLines } from './label.ts';

/** One arrow: all transitions that lead from one state to another. */
export interface DrawnEdge {
  id: string;
  from: string;
  to: string;
  transitions: string[];
  label: string[];
}

/** The arrows of a drawing. What leaves its state as it is has none. */
export function drawnEdges({ transitions }: MachineShape): DrawnEdge[] {
  const edges = new Map<string, DrawnEdge>();
  for (const transition of transitions) {
    const { from, to } = transition;
    if (to === null) continue;
    const id = `${from} -> ${to}`;
    const edge = edges.get(id) ?? { id, from, to, transitions: [], label: [] };
    edges.set(id, edge);
    edge.transitions.push(transition.id);
    for (const line of labelLines(transition)) if (line !== edge.label.at(-1)) edge.label.push(line);
  }
  return [...edges.values()];
}

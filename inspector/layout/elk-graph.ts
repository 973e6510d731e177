import type { ElkExtendedEdge, ElkNode } from 'elkjs/lib/elk-api.js';
import type { MachineShape, StateShape } from './describe-machine.ts';
import { type DrawnEdge, drawnEdges } from './drawn-edges.ts';
import type { Box, Layout } from './layout.ts';
import { CHAR_WIDTH, HEADER, LABEL_CHAR_WIDTH, LABEL_LINE, LINE, PADDING, stateLines } from './measures.ts';

/** The machine as a graph for elkjs. */
export function toElk(shape: MachineShape): ElkNode {
  const [machine] = shape.states;
  return {
    id: '',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'DOWN',
      'elk.hierarchyHandling': 'INCLUDE_CHILDREN',
      'elk.json.edgeCoords': 'ROOT',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
      'elk.padding': '[top=8,left=8,bottom=8,right=8]',
    },
    children: machine ? [toNode(machine, shape)] : [],
    edges: drawnEdges(shape).map(toEdge),
  };
}

function toNode(state: StateShape, shape: MachineShape): ElkNode {
  const children = shape.states.filter(({ parent }) => parent === state.id);
  const lines = stateLines(state);
  const width = Math.max(...lines.map(({ length }) => length)) * CHAR_WIDTH + 2 * PADDING;
  const height = lines.length * LINE + 2 * PADDING;
  if (children.length === 0) return { id: state.id, width: Math.ceil(width), height };
  return {
    id: state.id,
    layoutOptions: {
      'elk.padding': `[top=${HEADER + (lines.length - 1) * LINE + 12},left=16,bottom=16,right=16]`,
      'elk.nodeSize.constraints': 'MINIMUM_SIZE',
      'elk.nodeSize.minimum': `(${Math.ceil(width)},${height})`,
      // Follows the states as they are written, so that a state stands above those that come after it.
      'elk.layered.cycleBreaking.strategy': 'DEPTH_FIRST',
      'elk.spacing.nodeNode': '28',
      'elk.spacing.edgeNode': '18',
      'elk.spacing.edgeEdge': '12',
      'elk.spacing.edgeLabel': '4',
      'elk.spacing.labelLabel': '8',
      'elk.layered.spacing.nodeNodeBetweenLayers': '30',
      'elk.layered.spacing.edgeNodeBetweenLayers': '18',
      'elk.layered.spacing.edgeEdgeBetweenLayers': '12',
    },
    children: children.map((child) => toNode(child, shape)),
  };
}

function toEdge({ id, from, to, label }: DrawnEdge): ElkExtendedEdge {
  const width = Math.ceil(Math.max(0, ...label.map(({ length }) => length)) * LABEL_CHAR_WIDTH) + 8;
  const labels =
    label.length === 0 ? [] : [{ text: label.join('\n'), width, height: label.length * LABEL_LINE + 4 }];
  return { id, sources: [from], targets: [to], labels };
}

/** What elkjs made of it, in whole pixels from the top left corner of the drawing. */
export function fromElk(root: ElkNode, shape: MachineShape): Layout {
  const states: Record<string, Box> = {};
  const place = (node: ElkNode, left: number, top: number) => {
    const [x, y] = [left + (node.x ?? 0), top + (node.y ?? 0)];
    if (node.id !== '') states[node.id] = [x, y, node.width ?? 0, node.height ?? 0].map(Math.round) as Box;
    for (const child of node.children ?? []) place(child, x, y);
  };
  place(root, 0, 0);
  const placed = new Map((root.edges ?? []).map((edge) => [edge.id, edge]));
  const edges = drawnEdges(shape).map((edge) => {
    const { sections = [], labels = [] } = placed.get(edge.id) ?? {};
    const [label] = labels;
    return {
      ...edge,
      points: sections.flatMap(({ startPoint, bendPoints = [], endPoint }) =>
        [startPoint, ...bendPoints, endPoint].map(
          ({ x, y }) => [Math.round(x), Math.round(y)] as [number, number],
        ),
      ),
      box: label
        ? ([label.x ?? 0, label.y ?? 0, label.width ?? 0, label.height ?? 0].map(Math.round) as Box)
        : null,
    };
  });
  return { width: Math.ceil(root.width ?? 0), height: Math.ceil(root.height ?? 0), states, edges };
}

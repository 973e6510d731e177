import type { DrawnEdge } from './drawn-edges.ts';

/** Left, top, width, height in pixels. */
export type Box = [number, number, number, number];

export interface PlacedEdge extends DrawnEdge {
  points: [number, number][];
  /** Of the label. */
  box: Box | null;
}

/** Where everything of a machine stands in its drawing. */
export interface Layout {
  width: number;
  height: number;
  states: Record<string, Box>;
  edges: PlacedEdge[];
}

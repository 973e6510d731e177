import type { ActorLabel } from '../log/line.ts';

const labels: Record<string, ActorLabel> = {
  modelStep: 'model',
  cancelRun: 'model',
  toolRunner: 'tool',
  commit: 'store',
  desk: 'store',
  classify: 'actor',
};

/** The label under which the log shows what crosses to and from an effect actor. */
export const labelOf = (src: string): ActorLabel => labels[src] ?? 'actor';

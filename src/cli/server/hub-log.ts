import type { HubLog } from '../../hub/index.ts';
import type { ActorLabel } from '../../log/line.ts';
import { recordRoot } from '../../log/recorder.ts';
import type { SessionLog } from '../../log/session-log.ts';

const labels: Record<string, ActorLabel> = { sampler: 'model', commitRun: 'store' };

/** The hub's view of its session log: what happens to it, and a recording of each of its actor systems. */
export function hubLog(log: SessionLog): HubLog {
  return {
    lifecycle: (verb, json) => log.lifecycle(verb as Lowercase<string>, json),
    recordRoot(root) {
      const { inspect, clock } = recordRoot(log, { root, labelOf: (src) => labels[src] ?? 'actor' });
      return { inspect, clock };
    },
  };
}

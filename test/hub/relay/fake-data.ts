import { Hono } from 'hono';
import type { Scope } from '../../../machines/ports.ts';
import type { Feed, Fence, HubData, WireMessage } from '../../../src/hub/ports.ts';
import type { RunChunk } from '../../../src/protocol/delta.ts';

/** The hub's data half as far as the relay sees it: every conversation exists, except those named `missing…`. */
export interface FakeData extends HubData {
  feed: Feed;
  fence: Fence;
  messages: WireMessage[];
  openRun: RunChunk[];
  lease: ReturnType<HubData['leaseOf']>;
  cancelled: Scope[];
}

export function createFakeData(ports: { feed: Feed; fence: Fence }): FakeData {
  const data: FakeData = {
    ...ports,
    messages: [],
    openRun: [],
    lease: null,
    cancelled: [],
    routes: new Hono(),
    conversationExists: (agentId, conversationId) =>
      conversationId.startsWith('missing') ? null : { agentId: agentId ?? 'agent-1' },
    snapshot: async () => ({ messages: data.messages, openRun: data.openRun }),
    leaseOf: () => data.lease,
    turnState: async () => null,
    isInterrupted: (runId) => runId.startsWith('lost'),
    async cancelScope(scope) {
      data.cancelled.push(scope);
      return { ok: true, runs: { 'run-1': 'cancelled' } };
    },
    releaseTurn: async () => ({ released: false, turnId: null, environment: null, closedCalls: [] }),
    close: async () => {},
  };
  return data;
}

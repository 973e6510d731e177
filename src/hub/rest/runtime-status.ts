import { Hono } from 'hono';
import type { HubVariables } from '../auth/middleware.ts';
import type { HubData, TurnState } from '../ports.ts';
import type { Relay } from '../relay/relay.ts';
import { readCaller } from '../runs/caller.ts';
import { invalid, notFound, refuse } from './answer.ts';
import { many } from './page-query.ts';

/**
 * `GET /v1/agents/{id}/runtime-status`: who runs the turns of some conversations. A host of Letta's that starts
 * again goes on with a turn when it finds its own connection here, or nobody.
 */
export function runtimeStatusRoutes(relay: Relay<HubData>, now: () => number): Hono<HubVariables> {
  const routes = new Hono<HubVariables>();
  const { data } = relay;

  const connectionOf = (environmentId: string): string | null => {
    const found = relay.select(environmentId);
    return found.kind === 'one' ? relay.show(found.environment).connectionId : null;
  };

  routes.get('/v1/agents/:id/runtime-status', async (c) => {
    const read = readCaller((name) => c.req.header(name), c.get('person'));
    if (!read.ok) return refuse(c, read.problem);
    const agentId = c.req.param('id');
    const ids = many(c, 'conversation_ids');
    if (!ids)
      return refuse(c, invalid('conversation_ids', 'name at least one: ?conversation_ids=conv-…,default'));
    if (!data.conversationExists(agentId, 'default'))
      return refuse(c, notFound(`there is no agent "${agentId}"`));
    const statuses = await Promise.all(
      ids.map(async (id) => ({
        conversation_id: id,
        ...statusOf(await data.turnState(agentId, id, read.caller), connectionOf),
      })),
    );
    return c.json({ agent_id: agentId, snapshot_at: now(), statuses });
  });

  return routes;
}

/** To Letta's clients a 404 says that the hub lacks the route: a conversation that is not there is idle, and unknown. */
const UNKNOWN = {
  state: 'IDLE',
  known: false,
  loop_state: null,
  active_harness: null,
  has_conflicting_listeners: false,
  active_run_ids: [],
  last_activity_at: 0,
};

function statusOf(turn: TurnState | null, connectionOf: (environmentId: string) => string | null): object {
  if (!turn) return UNKNOWN;
  const holder = turn.lease?.environment ?? null;
  const connection = holder === null ? null : connectionOf(holder);
  const isHeld = turn.lease !== null || turn.runIds.length > 0;
  return {
    // A turn whose holder is away, or has no host, is nobody's to go on with.
    state: connection !== null ? 'ACTIVE' : isHeld ? 'ACTIVE_UNATTRIBUTED' : 'IDLE',
    known: true,
    loop_state: null,
    active_harness: connection === null ? null : { connection_id: connection },
    has_conflicting_listeners: turn.asker !== null && holder !== null && holder !== turn.asker,
    active_run_ids: turn.runIds,
    last_activity_at: turn.activeAt,
  };
}

import type { Context } from 'hono';
import { notFound, refuse } from './answer.ts';
import { both, type DataContext, type DataRoutes } from './data-context.ts';

/**
 * What this hub does not have, asked for by programs that take a missing route for a failure: Letta Code shows the
 * tools' as an error when it starts, and lists none of a person's own MCP servers when it cannot list the hub's.
 * Secrets are not among these: a list of none would let it set one, which is not kept.
 */
export function mountNotHere(app: DataRoutes, { store }: DataContext): void {
  /** Tools run on hosts. */
  app.on('GET', both('/v1/tools'), (c) => c.json([]));
  app.on('POST', both('/v1/tools/add-base-tools'), (c) => c.json([]));

  const ofAgent = (c: Context, none: object): Response => {
    const id = c.req.param('id') ?? '';
    return store.agent(id) ? c.json(none) : refuse(c, notFound(`there is no agent "${id}"`));
  };
  app.get('/v1/agents/:id/mcp-servers', (c) => ofAgent(c, []));
  app.get('/v1/agents/:id/repositories', (c) => ofAgent(c, { repositories: [] }));
}

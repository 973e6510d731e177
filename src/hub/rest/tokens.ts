import { Hono } from 'hono';
import { z } from 'zod';
import type { Database } from '../../../actors/sqlite/database.ts';
import type { HubVariables } from '../auth/middleware.ts';
import { OWNER_TOKEN_ID, type TokenStore } from '../auth/tokens.ts';
import { rights } from '../ports.ts';
import { forbidden, notFound, refuse } from './answer.ts';
import { readBody } from './read-body.ts';

const tokenCreateSchema = z.looseObject({ person: z.string().trim().min(1).max(100), right: z.enum(rights) });

/** `/v1/tokens`, for owners: who may do what. A secret is shown once, in the answer to its making. */
export function tokenRoutes(
  tokens: TokenStore,
  db: Database,
  revoke: (tokenId: string) => void,
): Hono<HubVariables> {
  const routes = new Hono<HubVariables>();

  routes.use('/v1/tokens/*', async (c, next) => {
    const refusal = forbidden(c.get('person'), 'owner', 'keeping tokens');
    if (refusal) return refuse(c, refusal);
    await next();
  });

  routes.get('/v1/tokens', (c) => c.json({ tokens: tokens.list() }));

  routes.post('/v1/tokens', async (c) => {
    const read = await readBody(c, tokenCreateSchema);
    if (!read.ok) return refuse(c, read.problem);
    const { row, secret } = tokens.create(read.body.person, read.body.right);
    await db.barrier();
    return c.json({ ...row, token: secret }, 201);
  });

  routes.delete('/v1/tokens/:id', async (c) => {
    const id = c.req.param('id');
    if (id === OWNER_TOKEN_ID) {
      const message = "the owner's token is set by SIGNALBOX_TOKEN or credentials.json";
      return refuse(c, { status: 409, error: 'in_use', message, retry: false });
    }
    if (!tokens.remove(id)) return refuse(c, notFound(`no token "${id}"`));
    await db.barrier();
    revoke(id);
    return c.json({ success: true, id });
  });

  return routes;
}

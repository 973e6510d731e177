import type { MiddlewareHandler } from 'hono';
import type { Person } from '../ports.ts';
import { refuse } from '../rest/answer.ts';
import { errorBody } from '../rest/rest-error.ts';
import { bearerOf } from './bearer.ts';
import { isForeignOrigin } from './origin.ts';
import type { TokenStore } from './tokens.ts';

/** What the handlers behind the door may rely on. */
export interface HubVariables {
  Variables: { person: Person };
}

/** The door of the REST API: no page of somebody else, and no one without a token, also on loopback. */
export function authenticate(tokens: TokenStore): MiddlewareHandler<HubVariables> {
  return async (c, next) => {
    const origin = c.req.header('origin');
    const host = c.req.header('host');
    if (isForeignOrigin({ ...(origin ? { origin } : {}), ...(host ? { host } : {}) }))
      return refuse(c, { status: 403, error: 'foreign_origin', message: foreignOrigin(origin) });
    const authorization = c.req.header('authorization');
    const secret = bearerOf(authorization ? { authorization } : {});
    const person = secret === null ? null : tokens.whose(secret);
    if (!person) return c.json(errorBody('unauthorized', unauthorized(secret !== null)), 401);
    c.set('person', person);
    await next();
  };
}

export const foreignOrigin = (origin: string | undefined): string =>
  `pages of ${origin} may not use this hub; open the hub's own page`;

/** What somebody is told who is not let in. Never what he sent. */
export const unauthorized = (gaveOne: boolean): string =>
  gaveOne
    ? 'this hub does not know the token that was sent; make one with: signalbox token create NAME'
    : 'a token is needed: send it as "Authorization: Bearer …"';

import { type Context, Hono } from 'hono';
import { registerBodySchema } from '../../protocol/register.ts';
import { environmentMessagesSchema } from '../../protocol/rest.ts';
import type { HubVariables } from '../auth/middleware.ts';
import type { Environment } from '../registry/environments.ts';
import type { Relay } from '../relay/relay.ts';
import type { Problem } from '../runs/problem.ts';
import { forbidden, invalid, notFound, refuse } from './answer.ts';
import { both } from './data-context.ts';
import { framesOfMessages } from './environment-messages.ts';
import { readBody } from './read-body.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 500;

export interface EnvironmentRoutes {
  relay: Relay;
  hubId: string;
  /** True when a proxy in front may say that the outside speaks https (`X-Forwarded-Proto`). */
  trustProxy: boolean;
}

/** `/v1/environments`: registration of hosts, the list of them, and messages left for one. */
export function environmentRoutes({ relay, hubId, trustProxy }: EnvironmentRoutes): Hono<HubVariables> {
  const routes = new Hono<HubVariables>();

  routes.post('/v1/environments/register', async (c) => {
    const person = c.get('person');
    const refusal = forbidden(person, 'machine', 'registering a host');
    if (refusal) return refuse(c, refusal);
    const read = await readBody(c, registerBodySchema);
    if (!read.ok) return refuse(c, read.problem);
    const { signalboxLink, signalboxEpoch } = read.body.metadata;
    if (signalboxLink === 1 && !signalboxEpoch)
      return refuse(
        c,
        invalid('metadata.signalboxEpoch', 'a host with a link names the life of its process'),
      );
    const { environment, connection } = await relay.register(read.body, person);
    return c.json({
      connectionId: connection.id,
      wsUrl: `${originOf(c, trustProxy)}/v1/environments/${connection.id}/ws`,
      ...(signalboxLink === 1 ? { signalboxLink } : {}),
      environmentId: environment.id,
      generation: connection.generation,
      hubId,
    });
  });

  routes.on('GET', both('/v1/environments'), (c) => {
    const { after, limit, onlineOnly, userId } = c.req.query();
    const size = limit === undefined ? DEFAULT_LIMIT : Number(limit);
    if (!Number.isInteger(size) || size < 1 || size > MAX_LIMIT)
      return refuse(c, invalid('limit', `"${limit}" is no number from 1 to ${MAX_LIMIT}`));
    const found = relay
      .list(after ?? null)
      .filter((one) => onlineOnly !== 'true' || relay.isOnline(one.id))
      .filter((one) => userId === undefined || one.person === userId);
    return c.json({
      connections: found.slice(0, size).map((one) => relay.show(one)),
      hasNextPage: found.length > size,
    });
  });

  routes.get('/v1/environments/:x', (c) => {
    const found = find(relay, c.req.param('x'));
    return found.ok ? c.json(relay.show(found.environment)) : refuse(c, found.problem);
  });

  routes.delete('/v1/environments/:x', async (c) => {
    const refusal = forbidden(c.get('person'), 'machine', 'removing an environment');
    if (refusal) return refuse(c, refusal);
    const found = find(relay, c.req.param('x'));
    if (!found.ok) return refuse(c, found.problem);
    const { id, name } = found.environment;
    const { held } = relay.show(found.environment);
    if (held > 0 && c.req.query('withdraw') !== 'held') {
      const message = `${held} inputs are held for "${name}"; withdraw them all with DELETE …/${id}?withdraw=held`;
      return refuse(c, { status: 409, error: 'inputs_held', message, retry: false, extra: { held } });
    }
    await relay.forget(found.environment);
    return c.json({ success: true, id });
  });

  routes.post('/v1/environments/:x/messages', async (c) => {
    const person = c.get('person');
    const read = await readBody(c, environmentMessagesSchema);
    if (!read.ok) return refuse(c, read.problem);
    const frames = framesOfMessages(read.body);
    if (!frames.ok) return refuse(c, invalid(frames.field, frames.error));
    const refusal = forbidden(person, frames.needs, 'this message');
    if (refusal) return refuse(c, refusal);
    const found = find(relay, c.req.param('x'));
    if (!found.ok) return refuse(c, found.problem);
    const left = await relay.leave(found.environment, person, frames.frames);
    const failed = left.find((one) => !one.ok);
    if (failed) return refuse(c, { status: 409, error: 'not_held', message: failed.error, extra: { left } });
    const { id, name } = found.environment;
    const message = relay.isOnline(id) ? `kept, and on its way to "${name}"` : `kept until "${name}" is back`;
    return c.json({ success: true, message, left });
  });

  return routes;
}

/** Where the caller reached this hub, for sockets. */
function originOf(c: Context, trustProxy: boolean): string {
  const forwarded = trustProxy ? c.req.header('x-forwarded-proto') : undefined;
  return `${forwarded === 'https' ? 'wss' : 'ws'}://${c.req.header('host') ?? new URL(c.req.url).host}`;
}

type Found = { ok: true; environment: Environment } | { ok: false; problem: Problem };

function find(relay: Relay, word: string): Found {
  const selected = relay.select(word);
  if (selected.kind === 'one') return { ok: true, environment: selected.environment };
  if (selected.kind === 'none')
    return { ok: false, problem: notFound(`no environment "${word}"; list them with: signalbox envs`) };
  const environments = selected.environments.map(({ id, name, deviceId }) => ({ id, name, deviceId }));
  const ids = environments.map(({ id }) => id).join(', ');
  const message = `${environments.length} environments named "${word}" are online; use an id: ${ids}`;
  return {
    ok: false,
    problem: { status: 409, error: 'ambiguous', message, retry: false, extra: { environments } },
  };
}

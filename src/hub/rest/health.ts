import { Hono } from 'hono';
import { both } from './data-context.ts';

/**
 * `/healthz`: the process answers. `/readyz`: it takes work. `/v1/health`: the same as Letta's programs ask it.
 * Without a token, and without a secret to tell.
 */
export function healthRoutes(isReady: () => boolean): Hono {
  const routes = new Hono();
  routes.get('/healthz', (c) => c.text('ok\n'));
  routes.get('/readyz', (c) => (isReady() ? c.text('ok\n') : c.text('not ready\n', 503)));
  // Letta Code warns of an old Docker image at a version like 0.1.0, and looks no further at what is none.
  routes.on('GET', both('/v1/health'), (c) => c.json({ status: 'ok', version: 'signalbox' }));
  return routes;
}

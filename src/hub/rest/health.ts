import { Hono } from 'hono';

/** `/healthz`: the process answers. `/readyz`: it takes work. Without a token, and without a secret to tell. */
export function healthRoutes(isReady: () => boolean): Hono {
  const routes = new Hono();
  routes.get('/healthz', (c) => c.text('ok\n'));
  routes.get('/readyz', (c) => (isReady() ? c.text('ok\n') : c.text('not ready\n', 503)));
  return routes;
}

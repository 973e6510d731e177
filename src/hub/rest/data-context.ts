import type { Hono } from 'hono';
import type { HubVariables } from '../auth/middleware.ts';
import type { Fence } from '../ports.ts';
import type { Models } from '../runs/models.ts';
import type { Runs } from '../runs/runs.ts';
import type { HubStore } from '../store/hub-store.ts';

/** What the routes of agents, conversations, messages and runs work with. */
export interface DataContext {
  store: HubStore;
  runs: Runs;
  models: Models;
  fence: Fence;
  now: () => number;
  id: () => string;
  /** Between two pings of a stream. */
  pingMs: number;
}

export type DataRoutes = Hono<HubVariables>;

/** Clients write the path of a collection with and without a slash at its end. */
export const both = (path: string): [string, string] => [path, `${path}/`];

import { maskedSampler } from '../../actors/models/masked.ts';
import { createSampler } from '../../actors/models/route.ts';
import type { Sampler } from '../../actors/models/sampler.ts';
import { knownSecrets } from '../../actors/secrets/known-secrets.ts';
import { type ComposeOptions, composeHub, type Hub } from './compose.ts';
import { createHubData } from './data.ts';
import { modelsOf } from './runs/models.ts';

export interface StartHubOptions extends ComposeOptions {
  /** Stands in for the models. */
  sampler?: Sampler;
  /** Where providers' keys are read, and `SIGNALBOX_TOKEN` when no `ownerToken` is given. */
  env: NodeJS.ProcessEnv;
}

/**
 * Starts a hub in this process. Throws `HubStartError` when it cannot listen or has no token, `StoreError` when
 * its store cannot be opened; both say what to do.
 */
export function startHub({ sampler, env, ...options }: StartHubOptions): Promise<Hub> {
  const ownerToken = options.ownerToken ?? env.SIGNALBOX_TOKEN;
  const secrets = knownSecrets(env);
  if (ownerToken) secrets.add('SIGNALBOX_TOKEN', ownerToken);
  return composeHub({ ...options, ...(ownerToken ? { ownerToken } : {}) }, ({ feed, fence, db, now, id }) =>
    createHubData({
      ...{ db, feed, fence, now, id, log: options.log },
      sampler: maskedSampler(sampler ?? createSampler(env), secrets),
      models: modelsOf(env),
    }),
  );
}

import { DEMO_MODEL } from './catalogue.ts';
import { parseHandle } from './handle.ts';
import { type Environment, isProviderId, PROVIDER_IDS } from './providers.ts';
import type { Sampler } from './sampler.ts';

/**
 * The sampler of the hub: picks by the handle's provider. Nothing of a provider is loaded before its
 * first step, since that costs start-up time and memory. `env` is read at each step.
 */
export function createSampler(env: Environment = process.env): Sampler {
  let real: Promise<Sampler> | undefined;
  let scripted: Promise<Sampler> | undefined;
  const loadReal = async (): Promise<Sampler> => (await import('./ai-sdk/sample.ts')).createAiSdkSampler(env);

  return async (input, emit, signal) => {
    if (input.model === DEMO_MODEL) {
      scripted ??= import('./scripted/play.ts').then(({ playScripted }) => playScripted);
      return (await scripted)(input, emit, signal);
    }
    const handle = parseHandle(input.model);
    if (handle && isProviderId(handle.provider)) {
      real ??= loadReal();
      return (await real)(input, emit, signal);
    }
    emit({ type: 'sample.failed', message: unknownModel(input.model), retryable: false });
  };
}

function unknownModel(handle: string): string {
  const known = [DEMO_MODEL, ...PROVIDER_IDS.map((id) => `${id}/MODEL`)].join(', ');
  return `There is no model "${handle}". A handle is one of ${known}.`;
}

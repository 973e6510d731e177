import { isDeepStrictEqual } from 'node:util';
import { jsonSchema, streamText, type ToolSet, tool } from 'ai';
import type { ToolSpec } from '../../../machines/ports.ts';
import { parseHandle } from '../handle.ts';
import {
  type Environment,
  isProviderId,
  PROVIDERS,
  type ProviderId,
  type ProviderSettings,
  readSettings,
  requiredVariable,
  secretsIn,
} from '../providers.ts';
import type { Sampler } from '../sampler.ts';
import { withCachePoints } from './cache-points.ts';
import { connectProvider, type ModelOf } from './connect.ts';
import { describeUnknownEffort, isEffort } from './effort.ts';
import { createPartReader } from './events.ts';
import { type FailureContext, toFailure } from './failure.ts';
import { toModelMessages } from './prompt.ts';
import { providerOptions } from './provider-options.ts';

// Its warnings are about settings that a model does not know, and would land on the hub's stderr.
globalThis.AI_SDK_LOG_WARNINGS = false;

/** Real models through the AI SDK: one step, tools without `execute`, no retries; those are the turn's. */
export function createAiSdkSampler(env: Environment): Sampler {
  const clients = new Map<ProviderId, { settings: ProviderSettings; modelOf: Promise<ModelOf> }>();
  const client = (id: ProviderId, settings: ProviderSettings): Promise<ModelOf> => {
    const kept = clients.get(id);
    if (kept && isDeepStrictEqual(kept.settings, settings)) return kept.modelOf;
    const modelOf = connectProvider(id, settings);
    clients.set(id, { settings, modelOf });
    return modelOf;
  };

  return async (input, emit, signal) => {
    const refuse = (message: string): void => emit({ type: 'sample.failed', message, retryable: false });
    const { provider, model } = parseHandle(input.model) ?? { provider: '', model: '' };
    if (!isProviderId(provider)) return refuse(`No provider is known for "${input.model}".`);
    const settings = readSettings(provider, env);
    if (!settings) return refuse(describeUnconfigured(provider, input.model));
    const effort = input.settings.reasoningEffort;
    if (effort !== undefined && !isEffort(effort)) return refuse(describeUnknownEffort(effort));

    const context: FailureContext = { provider, handle: input.model, secrets: secretsIn(env) };
    // Ours, so that the provider's socket is closed also when we stop reading before the end.
    const abort = new AbortController();
    const stop = (): void => abort.abort();
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    try {
      const { maxOutputTokens, temperature } = input.settings;
      const { stream } = streamText({
        ...withCachePoints(provider, input.system, toModelMessages(provider, input.messages)),
        model: (await client(provider, settings))(model),
        ...(input.tools.length > 0 && { tools: toToolSet(input.tools) }),
        ...(maxOutputTokens !== undefined && { maxOutputTokens }),
        ...(temperature !== undefined && { temperature }),
        ...(effort !== undefined && { reasoning: effort }),
        providerOptions: providerOptions(provider, model, effort),
        maxRetries: 0,
        abortSignal: abort.signal,
        onError: () => undefined,
      });
      const read = createPartReader(input, context);
      for await (const part of stream) {
        for (const event of read(part)) {
          if (signal.aborted) return;
          emit(event);
          if (event.type === 'sample.finished' || event.type === 'sample.failed') return;
        }
      }
    } catch (error) {
      if (!signal.aborted) emit(toFailure(error, context));
    } finally {
      signal.removeEventListener('abort', stop);
      stop();
    }
  };
}

function toToolSet(tools: readonly ToolSpec[]): ToolSet {
  return Object.fromEntries(
    tools.map(({ name, description, parameters }) => [
      name,
      tool({ description, inputSchema: jsonSchema(parameters) }),
    ]),
  );
}

function describeUnconfigured(provider: ProviderId, handle: string): string {
  const { label } = PROVIDERS[provider];
  return `${handle}: ${label} is not configured. Set ${requiredVariable(provider)} where the hub runs and start it again.`;
}

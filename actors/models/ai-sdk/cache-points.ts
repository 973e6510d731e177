import type { ModelMessage, SystemModelMessage } from 'ai';
import type { ProviderId } from '../providers.ts';

const CACHED = { anthropic: { cacheControl: { type: 'ephemeral' } } };

/** Anthropic caches only up to a marked point: the system prompt, and all that this step has read. */
export function withCachePoints(
  provider: ProviderId,
  system: string,
  messages: ModelMessage[],
): { instructions?: SystemModelMessage; messages: ModelMessage[] } {
  const cached = provider === 'anthropic' ? { providerOptions: CACHED } : {};
  const last = messages.at(-1);
  return {
    ...(system.trim() !== '' && { instructions: { role: 'system', content: system, ...cached } }),
    messages: last ? [...messages.slice(0, -1), { ...last, ...cached }] : messages,
  };
}

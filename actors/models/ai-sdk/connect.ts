import type { LanguageModel } from 'ai';
import type { ProviderId, ProviderSettings } from '../providers.ts';

export type ModelOf = (model: string) => LanguageModel;

/** Loads the provider's package, on its first use only, and makes its client. Nothing is sent. */
export async function connectProvider(id: ProviderId, settings: ProviderSettings): Promise<ModelOf> {
  const { baseURL, apiKey = '' } = settings;
  switch (id) {
    case 'anthropic':
      return (await import('@ai-sdk/anthropic')).createAnthropic({ apiKey, baseURL });
    case 'openai':
      return (await import('@ai-sdk/openai')).createOpenAI({ apiKey, baseURL });
    case 'google':
      return (await import('@ai-sdk/google')).createGoogle({ apiKey, baseURL });
    case 'openai-compatible':
      return (await import('@ai-sdk/openai-compatible')).createOpenAICompatible({
        name: id,
        baseURL,
        includeUsage: true,
        ...(apiKey && { apiKey }),
      });
  }
}

import type { ProviderId } from './providers.ts';

export interface KnownModel {
  label: string;
  /** Tokens, prompt and answer together. */
  contextWindow: number;
}

/** Well-known models by provider, the provider's default first. Any other model works too: by its handle. */
export const KNOWN_MODELS: Readonly<Record<ProviderId, Readonly<Record<string, KnownModel>>>> = {
  anthropic: {
    'claude-sonnet-5-5': { label: 'Claude Sonnet 5.5', contextWindow: 1_000_000 },
    'claude-opus-5-5': { label: 'Claude Opus 5.5', contextWindow: 1_000_000 },
    'claude-haiku-5-5': { label: 'Claude Haiku 5.5', contextWindow: 1_000_000 },
    'claude-fable-5-1': { label: 'Claude Fable 5.1', contextWindow: 1_000_000 },
    'claude-opus-5': { label: 'Claude Opus 5', contextWindow: 1_000_000 },
    'claude-sonnet-5': { label: 'Claude Sonnet 5', contextWindow: 1_000_000 },
    'claude-opus-4-5': { label: 'Claude Opus 4.5', contextWindow: 200_000 },
    'claude-sonnet-4-5': { label: 'Claude Sonnet 4.5', contextWindow: 200_000 },
    'claude-haiku-4-5': { label: 'Claude Haiku 4.5', contextWindow: 200_000 },
  },
  openai: {
    'gpt-6.1-sol': { label: 'GPT-6.1 Sol', contextWindow: 1_050_000 },
    'gpt-6-astra': { label: 'GPT-6 Astra', contextWindow: 1_050_000 },
    'gpt-6-luna': { label: 'GPT-6 Luna', contextWindow: 1_050_000 },
    'gpt-5.6-sol': { label: 'GPT-5.6 Sol', contextWindow: 1_050_000 },
    'gpt-5': { label: 'GPT-5', contextWindow: 400_000 },
    'gpt-5-mini': { label: 'GPT-5 mini', contextWindow: 400_000 },
    'gpt-4.1': { label: 'GPT-4.1', contextWindow: 1_047_576 },
  },
  google: {
    'gemini-4-argon': { label: 'Gemini 4 Argon', contextWindow: 1_048_576 },
    'gemini-3.8-flash': { label: 'Gemini 3.8 Flash', contextWindow: 1_048_576 },
    'gemini-2.5-pro': { label: 'Gemini 2.5 Pro', contextWindow: 1_048_576 },
    'gemini-2.5-flash': { label: 'Gemini 2.5 Flash', contextWindow: 1_048_576 },
  },
  'openai-compatible': {},
};

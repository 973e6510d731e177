import type { streamText } from 'ai';
import type { ProviderId } from '../providers.ts';

type ProviderOptions = NonNullable<Parameters<typeof streamText>[0]['providerOptions']>;

/**
 * These bind each thinking block to all that stood before it and reject a prompt that changed since. Ours
 * may: old turns are cut, memory is edited, arguments are edited before approval.
 */
const BINDS_THINKING = /^claude-(opus-5-5|sonnet-5-5|fable-5-[12])/;
/** These think by themselves, and show it only when asked to. */
const THINKS_HIDDEN = /^claude-[a-z]+-[5-9]/;
const SHOWS_THOUGHTS = /^gemini-(2\.5|[3-9])/;

/** What a provider must be told beyond the settings that all share. */
export function providerOptions(
  provider: ProviderId,
  model: string,
  effort: string | undefined,
): ProviderOptions {
  switch (provider) {
    case 'anthropic':
      return { anthropic: thinkingOptions(model, effort) };
    case 'openai':
      // The hub keeps the conversation, so OpenAI need not; reasoning then travels encrypted with us.
      return { openai: { store: false } };
    case 'google':
      return SHOWS_THOUGHTS.test(model) ? { google: { thinkingConfig: { includeThoughts: true } } } : {};
    case 'openai-compatible':
      return {};
  }
}

function thinkingOptions(model: string, effort: string | undefined): ProviderOptions[string] {
  const blockBinding = BINDS_THINKING.test(model) && { prefixMismatchBehavior: 'drop_block' };
  if (effort === 'none') return blockBinding ? { effort: 'low', thinking: { blockBinding } } : {};
  if (!THINKS_HIDDEN.test(model)) return {};
  return { thinking: { type: 'adaptive', display: 'summarized', ...(blockBinding && { blockBinding }) } };
}

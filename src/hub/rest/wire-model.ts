import type { ModelInfo } from '../../../actors/models/catalogue.ts';

/** Letta's word for the way a provider is spoken to. */
const ENDPOINT_TYPES: Record<string, string> = { anthropic: 'anthropic', google: 'google_ai' };

export function endpointType(handle: string): string {
  return ENDPOINT_TYPES[handle.slice(0, handle.indexOf('/'))] ?? 'openai';
}

/** A model as `GET /v1/models/` lists it. */
export function wireModel({ handle, label, provider, contextWindow }: ModelInfo): Record<string, unknown> {
  return {
    handle,
    model: handle.slice(handle.indexOf('/') + 1),
    name: label,
    display_name: label,
    model_type: 'llm',
    provider_name: provider,
    provider_type: endpointType(handle),
    provider_category: 'base',
    model_endpoint_type: endpointType(handle),
    context_window: contextWindow,
    max_context_window: contextWindow,
  };
}

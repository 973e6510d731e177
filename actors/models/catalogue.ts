import { parseHandle } from './handle.ts';
import { KNOWN_MODELS } from './known-models.ts';
import { type Environment, isProviderId, PROVIDER_IDS, PROVIDERS, readSettings } from './providers.ts';

export const DEMO_MODEL = 'demo/scripted';

/** What is assumed of a model that the built-in table does not know. */
const DEFAULT_CONTEXT_WINDOW = 128_000;

export interface ModelInfo {
  handle: string;
  label: string;
  provider: string;
  /** Tokens, prompt and answer together. */
  contextWindow: number;
}

/**
 * The models that this environment can use: of each configured provider the well-known ones, then the
 * one of SIGNALBOX_MODEL if it is another, and last `demo/scripted`, which is always there.
 */
export function listModels(env: Environment): ModelInfo[] {
  const models: ModelInfo[] = [];
  for (const provider of PROVIDER_IDS) {
    if (!readSettings(provider, env)) continue;
    for (const [model, { label, contextWindow }] of Object.entries(KNOWN_MODELS[provider])) {
      models.push({ handle: `${provider}/${model}`, label, provider, contextWindow });
    }
  }
  const wished = describe(env.SIGNALBOX_MODEL?.trim() ?? '', env);
  if (wished && !models.some((model) => model.handle === wished.handle)) models.push(wished);
  models.push({
    handle: DEMO_MODEL,
    label: 'Scripted demo',
    provider: 'demo',
    contextWindow: DEFAULT_CONTEXT_WINDOW,
  });
  return models;
}

/** SIGNALBOX_MODEL, else the default of the first configured provider that has one, else `demo/scripted`. */
export function defaultModel(env: Environment): string {
  const wished = env.SIGNALBOX_MODEL?.trim();
  if (wished) return wished;
  for (const provider of PROVIDER_IDS) {
    const [model] = Object.keys(KNOWN_MODELS[provider]);
    if (model && readSettings(provider, env)) return `${provider}/${model}`;
  }
  return DEMO_MODEL;
}

/** Tokens. A dated version (`claude-haiku-4-5-20251001`) has the window of its family; unknown: 128 000. */
export function contextWindow(handle: string): number {
  const parsed = parseHandle(handle);
  if (!parsed || !isProviderId(parsed.provider)) return DEFAULT_CONTEXT_WINDOW;
  const known = KNOWN_MODELS[parsed.provider];
  const family = Object.keys(known)
    .filter((name) => parsed.model === name || parsed.model.startsWith(`${name}-`))
    .sort((a, b) => b.length - a.length)[0];
  return (family && known[family]?.contextWindow) || DEFAULT_CONTEXT_WINDOW;
}

/** A model that only its handle tells of, if its provider is one that can be used. */
function describe(handle: string, env: Environment): ModelInfo | null {
  const parsed = parseHandle(handle);
  if (!parsed || !isProviderId(parsed.provider) || !readSettings(parsed.provider, env)) return null;
  const label = `${parsed.model} (${PROVIDERS[parsed.provider].label})`;
  return { handle, label, provider: parsed.provider, contextWindow: contextWindow(handle) };
}

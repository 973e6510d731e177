/** What the environment tells of one provider. Empty variables count as absent. */
export interface ProviderSettings {
  apiKey: string | undefined;
  baseURL: string;
}

interface ProviderRow {
  label: string;
  /** Variables that may hold the key, the one to advertise first. */
  keys: readonly [string, ...string[]];
  /** A server of one's own may need no key; then its address is what makes the provider configured. */
  keyRequired: boolean;
  baseUrlVariable: string;
  baseUrl: string | undefined;
}

/** The providers of real models, in the order in which one is chosen when nothing else decides. */
export const PROVIDERS = {
  anthropic: {
    label: 'Anthropic',
    keys: ['ANTHROPIC_API_KEY'],
    keyRequired: true,
    baseUrlVariable: 'ANTHROPIC_BASE_URL',
    baseUrl: 'https://api.anthropic.com/v1',
  },
  openai: {
    label: 'OpenAI',
    keys: ['OPENAI_API_KEY'],
    keyRequired: true,
    baseUrlVariable: 'OPENAI_BASE_URL',
    baseUrl: 'https://api.openai.com/v1',
  },
  google: {
    label: 'Google',
    keys: ['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'],
    keyRequired: true,
    baseUrlVariable: 'GOOGLE_BASE_URL',
    baseUrl: 'https://generativelanguage.googleapis.com/v1beta',
  },
  'openai-compatible': {
    label: 'OpenAI-compatible',
    keys: ['OPENAI_COMPATIBLE_API_KEY'],
    keyRequired: false,
    baseUrlVariable: 'OPENAI_COMPATIBLE_BASE_URL',
    baseUrl: undefined,
  },
} as const satisfies Record<string, ProviderRow>;

export type ProviderId = keyof typeof PROVIDERS;
export const PROVIDER_IDS = Object.keys(PROVIDERS) as ProviderId[];

export type Environment = Readonly<Record<string, string | undefined>>;

export function isProviderId(text: string): text is ProviderId {
  return Object.hasOwn(PROVIDERS, text);
}

/** The one variable that a person must set before this provider can be used. */
export function requiredVariable(id: ProviderId): string {
  const row: ProviderRow = PROVIDERS[id];
  return row.keyRequired ? row.keys[0] : row.baseUrlVariable;
}

/** `null` while the variable of `requiredVariable` is missing. */
export function readSettings(id: ProviderId, env: Environment): ProviderSettings | null {
  const row: ProviderRow = PROVIDERS[id];
  const apiKey = row.keys.map((name) => env[name]?.trim()).find(Boolean);
  const baseURL = env[row.baseUrlVariable]?.trim() || row.baseUrl;
  if (!baseURL || (row.keyRequired && !apiKey)) return null;
  return { apiKey, baseURL: id === 'anthropic' ? withVersion(baseURL) : baseURL };
}

/** Every key that the environment holds, for masking. */
export function secretsIn(env: Environment): string[] {
  const names = PROVIDER_IDS.flatMap((id) => [...PROVIDERS[id].keys]);
  return names.flatMap((name) => env[name]?.trim() || []);
}

/** ANTHROPIC_BASE_URL is written without `/v1` by Anthropic's own tools and with it by others. */
function withVersion(baseURL: string): string {
  return /^https?:\/\/[^/]+\/?$/.test(baseURL) ? `${baseURL.replace(/\/$/, '')}/v1` : baseURL;
}

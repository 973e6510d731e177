import { describe, expect, it } from 'vitest';
import { readSettings, secretsIn } from '../../../actors/models/providers.ts';

describe('the settings of a provider', () => {
  it('come with the provider’s own address unless another is set', () => {
    expect(readSettings('openai', { OPENAI_API_KEY: ' k ' })).toEqual({
      apiKey: 'k',
      baseURL: 'https://api.openai.com/v1',
    });
    expect(readSettings('google', { GOOGLE_API_KEY: 'k', GOOGLE_BASE_URL: 'http://proxy/v1beta' })).toEqual({
      apiKey: 'k',
      baseURL: 'http://proxy/v1beta',
    });
  });

  it.each([
    ['http://proxy', 'http://proxy/v1'],
    ['http://proxy:8080/', 'http://proxy:8080/v1'],
    ['http://proxy/v1', 'http://proxy/v1'],
    ['http://proxy/anthropic', 'http://proxy/anthropic'],
  ])('take Anthropic’s address %s as %s', (given, taken) => {
    expect(readSettings('anthropic', { ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: given })?.baseURL).toBe(
      taken,
    );
  });

  it('are missing without a key, and for a server of one’s own without its address', () => {
    expect(readSettings('anthropic', { ANTHROPIC_BASE_URL: 'http://proxy' })).toBeNull();
    expect(readSettings('openai-compatible', { OPENAI_COMPATIBLE_API_KEY: 'k' })).toBeNull();
    expect(readSettings('openai-compatible', { OPENAI_COMPATIBLE_BASE_URL: 'http://x/v1' })).toEqual({
      apiKey: undefined,
      baseURL: 'http://x/v1',
    });
  });

  it('tell every key there is, also one that another shadows', () => {
    expect(
      secretsIn({
        GEMINI_API_KEY: 'a',
        GOOGLE_API_KEY: 'b',
        OPENAI_API_KEY: '',
        ANTHROPIC_API_KEY: 'c',
        HOME: 'd',
      }),
    ).toEqual(['c', 'a', 'b']);
  });
});

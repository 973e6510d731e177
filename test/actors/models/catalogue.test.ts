import { describe, expect, it } from 'vitest';
import { contextWindow, defaultModel, listModels } from '../../../actors/models/catalogue.ts';

const handles = (env: Record<string, string>) => listModels(env).map((model) => model.handle);

describe('the catalogue of models', () => {
  it('MODEL-8 lists only demo/scripted while nothing is configured', () => {
    expect(listModels({ ANTHROPIC_API_KEY: '' })).toEqual([
      { handle: 'demo/scripted', label: 'Scripted demo', provider: 'demo', contextWindow: 128_000 },
    ]);
  });

  it('MODEL-8 lists the models of each configured provider, and demo/scripted last', () => {
    const models = listModels({ ANTHROPIC_API_KEY: 'k', GEMINI_API_KEY: 'k' });
    expect(models[0]).toEqual({
      handle: 'anthropic/claude-sonnet-5-5',
      label: 'Claude Sonnet 5.5',
      provider: 'anthropic',
      contextWindow: 1_000_000,
    });
    expect([...new Set(models.map((model) => model.provider))]).toEqual(['anthropic', 'google', 'demo']);
    expect(new Set(models.map((model) => model.handle)).size).toBe(models.length);
  });

  it('MODEL-8 lists the model of SIGNALBOX_MODEL once, if its provider is configured', () => {
    const env = { OPENAI_COMPATIBLE_BASE_URL: 'http://127.0.0.1:11434/v1' };
    expect(listModels({ ...env, SIGNALBOX_MODEL: 'openai-compatible/qwen/qwen3' })[0]).toEqual({
      handle: 'openai-compatible/qwen/qwen3',
      label: 'qwen/qwen3 (OpenAI-compatible)',
      provider: 'openai-compatible',
      contextWindow: 128_000,
    });
    expect(handles({ ...env, SIGNALBOX_MODEL: 'openai/gpt-5' })).toEqual(['demo/scripted']);
    expect(handles({ ...env, SIGNALBOX_MODEL: 'demo/scripted' })).toEqual(['demo/scripted']);
    const openai = handles({ OPENAI_API_KEY: 'k', SIGNALBOX_MODEL: 'openai/gpt-5' });
    expect(openai.filter((handle) => handle === 'openai/gpt-5')).toHaveLength(1);
  });

  it.each([
    [{}, 'demo/scripted'],
    [{ ANTHROPIC_API_KEY: 'k', OPENAI_API_KEY: 'k' }, 'anthropic/claude-sonnet-5-5'],
    [{ OPENAI_API_KEY: 'k' }, 'openai/gpt-6.1-sol'],
    [{ GOOGLE_API_KEY: 'k' }, 'google/gemini-4-argon'],
    [{ OPENAI_COMPATIBLE_BASE_URL: 'http://127.0.0.1:1' }, 'demo/scripted'],
    [{ OPENAI_API_KEY: 'k', SIGNALBOX_MODEL: ' openai/gpt-5 ' }, 'openai/gpt-5'],
    [{ ANTHROPIC_API_KEY: 'k', SIGNALBOX_MODEL: '' }, 'anthropic/claude-sonnet-5-5'],
  ])('MODEL-9 chooses for %j the default %s', (env, handle) => {
    expect(defaultModel(env)).toBe(handle);
  });

  it.each([
    ['anthropic/claude-haiku-4-5', 200_000],
    ['anthropic/claude-haiku-4-5-20251001', 200_000],
    ['anthropic/claude-opus-5-5-20261001', 1_000_000],
    ['openai/gpt-5-nano', 400_000],
    ['openai/gpt-5.6-sol', 1_050_000],
    ['openai/gpt-50', 128_000],
    ['openai/unheard-of', 128_000],
    ['openai-compatible/qwen3', 128_000],
    ['demo/scripted', 128_000],
    ['nonsense', 128_000],
  ])('MODEL-10 takes the window of %s to be %i tokens', (handle, tokens) => {
    expect(contextWindow(handle)).toBe(tokens);
  });
});

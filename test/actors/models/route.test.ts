import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createSampler } from '../../../actors/models/route.ts';
import type { SampleInput } from '../../../machines/ports.ts';
import { inputOf, joined, sampleAll } from './sampling.ts';

const fail = async (model: string, env = {}, settings: SampleInput['settings'] = {}) => {
  const events = await sampleAll(createSampler(env), inputOf({ model, settings }));
  expect(events).toMatchObject([{ type: 'sample.failed', retryable: false }]);
  return (events as unknown as [{ message: string }])[0].message;
};

describe('the choice of a model by its handle', () => {
  it('plays demo/scripted', async () => {
    const input = inputOf({
      model: 'demo/scripted',
      messages: [{ role: 'user', turn: 't', content: '#script\nsay hi' }],
    });
    expect(joined(await sampleAll(createSampler({}), input), 'sample.text')).toBe('hi');
  });

  it.each(['nope/model', 'demo/other', 'scripted', '/x', 'openai/', '', 'toString/x', 'constructor/x'])(
    'MODEL-5 names an unknown handle %j and the known ones',
    async (handle) => {
      expect(await fail(handle)).toBe(
        `There is no model "${handle}". A handle is one of demo/scripted, anthropic/MODEL, openai/MODEL, google/MODEL, openai-compatible/MODEL.`,
      );
    },
  );

  it.each([
    ['anthropic/claude-sonnet-5-5', 'ANTHROPIC_API_KEY'],
    ['openai/gpt-5', 'OPENAI_API_KEY'],
    ['google/gemini-3.8-flash', 'GOOGLE_GENERATIVE_AI_API_KEY'],
    ['openai-compatible/qwen3', 'OPENAI_COMPATIBLE_BASE_URL'],
  ])('MODEL-6 says of %s that %s is missing', async (handle, variable) => {
    const message = await fail(handle, { [variable]: ' ' });
    expect(message).toContain(handle);
    expect(message).toContain(`Set ${variable} where the hub runs`);
  });

  it('names a reasoning effort that does not exist', async () => {
    expect(await fail('openai/gpt-5', { OPENAI_API_KEY: 'k' }, { reasoningEffort: 'huge' })).toBe(
      'There is no reasoning effort "huge". It is one of none, minimal, low, medium, high, xhigh, max.',
    );
  });

  it('MODEL-7 loads no provider before its first step', async () => {
    const loaded = `
      import { createSampler } from './actors/models/route.ts';
      import './actors/models/catalogue.ts';
      import { registerHooks } from 'node:module';
      const seen = [];
      registerHooks({ load: (url, context, next) => (seen.push(url), next(url, context)) });
      const prompt = { system: '', messages: [], tools: [], settings: {} };
      const sample = createSampler({ OPENAI_COMPATIBLE_BASE_URL: 'http://127.0.0.1:1' });
      const packages = () => seen.flatMap((url) => url.match(/node_modules\\/((?:@[^/]+\\/)?[^/]+)/)?.[1] ?? []);
      await sample({ ...prompt, model: 'demo/scripted' }, () => {}, new AbortController().signal);
      const before = [...new Set(packages())];
      await sample({ ...prompt, model: 'openai-compatible/x' }, () => {}, new AbortController().signal);
      const after = [...new Set(packages())];
      console.log(JSON.stringify({ before, after }));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', loaded], {
      cwd: new URL('../../..', import.meta.url),
    });
    const { before, after } = JSON.parse(stdout);
    expect(before).toEqual([]);
    expect(after).toEqual(expect.arrayContaining(['ai', '@ai-sdk/openai-compatible']));
    for (const other of ['@ai-sdk/anthropic', '@ai-sdk/google']) expect(after).not.toContain(other);
  });
});

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSampler } from '../../../../actors/models/route.ts';
import type { Sampler } from '../../../../actors/models/sampler.ts';
import { startFakeGoogle } from '../fake-google.ts';
import type { FakeProvider } from '../fake-provider.ts';
import { assistantOf, inputOf, resultsOf, sampleAll } from '../sampling.ts';

describe('google', () => {
  let fake: FakeProvider;
  let sampler: Sampler;
  beforeEach(async () => {
    fake = await startFakeGoogle();
    sampler = createSampler({ GOOGLE_API_KEY: 'k', GOOGLE_BASE_URL: fake.url });
  });
  afterEach(() => fake.stop());

  it('MODEL-45 gives the signature of a call back with that call', async () => {
    fake.answer({
      calls: [
        { id: 'a', name: 'Bash', pieces: ['{"command":"ls"}'], signature: 'sig-1' },
        { id: 'b', name: 'Bash', pieces: ['{"command":"pwd"}'] },
      ],
    });
    fake.answer({ text: ['ok'] });
    const input = inputOf({ model: 'google/gemini-3.8-flash' });
    const assistant = assistantOf(await sampleAll(sampler, input));
    await sampleAll(sampler, {
      ...input,
      messages: [...input.messages, assistant, resultsOf(assistant, ['a.txt', '/'])],
    });
    expect(fake.requests[1]?.body.contents[1].parts).toMatchObject([
      { functionCall: { name: 'Bash', args: { command: 'ls' } }, thoughtSignature: 'sig-1' },
      { functionCall: { name: 'Bash', args: { command: 'pwd' } } },
    ]);
  });

  it('asks for thoughts where the model has them', async () => {
    fake.answer({ text: ['ok'] });
    fake.answer({ text: ['ok'] });
    await sampleAll(sampler, inputOf({ model: 'google/gemini-2.5-pro' }));
    await sampleAll(sampler, inputOf({ model: 'google/gemini-2.0-flash' }));
    const [thinks, plain] = fake.requests.map((request) => request.body.generationConfig);
    expect(thinks.thinkingConfig).toEqual({ includeThoughts: true });
    expect(plain).not.toHaveProperty('thinkingConfig');
  });

  it.each(['GOOGLE_GENERATIVE_AI_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'])(
    'takes its key from %s and sends it in a header',
    async (name) => {
      sampler = createSampler({ [name]: 'my-key', GOOGLE_BASE_URL: fake.url });
      fake.answer({ text: ['ok'] });
      await sampleAll(sampler, inputOf({ model: 'google/gemini-3.8-flash' }));
      expect(fake.requests[0]?.headers['x-goog-api-key']).toBe('my-key');
    },
  );
});

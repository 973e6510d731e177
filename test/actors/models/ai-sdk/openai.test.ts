import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSampler } from '../../../../actors/models/route.ts';
import type { Sampler } from '../../../../actors/models/sampler.ts';
import { startFakeOpenAI } from '../fake-openai.ts';
import type { FakeProvider } from '../fake-provider.ts';
import { assistantOf, inputOf, resultsOf, sampleAll } from '../sampling.ts';

describe('openai', () => {
  let fake: FakeProvider;
  let sampler: Sampler;
  beforeEach(async () => {
    fake = await startFakeOpenAI();
    sampler = createSampler({ OPENAI_API_KEY: 'k', OPENAI_BASE_URL: fake.url });
  });
  afterEach(() => fake.stop());

  it('MODEL-44 has OpenAI keep nothing, and gives its encrypted reasoning back instead', async () => {
    fake.answer({
      reasoning: ['I should look.'],
      signature: 'enc-1',
      calls: [{ id: 'call_1', name: 'Bash', pieces: ['{}'] }],
    });
    fake.answer({ text: ['ok'] });
    const input = inputOf({ model: 'openai/gpt-5' });
    const assistant = assistantOf(await sampleAll(sampler, input));
    await sampleAll(sampler, {
      ...input,
      messages: [...input.messages, assistant, resultsOf(assistant, ['a.txt'])],
    });
    const [first, second] = fake.requests.map((request) => request.body);
    expect(first).toMatchObject({ store: false, include: ['reasoning.encrypted_content'] });
    expect(second.input.slice(2)).toMatchObject([
      {
        type: 'reasoning',
        encrypted_content: 'enc-1',
        summary: [{ type: 'summary_text', text: 'I should look.' }],
      },
      { type: 'function_call', call_id: 'call_1', name: 'Bash', arguments: '{}' },
      { type: 'function_call_output', call_id: 'call_1', output: 'a.txt' },
    ]);
  });

  it('offers tools as their schema stands, without making each property required', async () => {
    fake.answer({ text: ['ok'] });
    const parameters = { type: 'object', properties: { path: { type: 'string' } } };
    await sampleAll(
      sampler,
      inputOf({ model: 'openai/gpt-5', tools: [{ name: 'Glob', description: 'Finds files.', parameters }] }),
    );
    expect(fake.requests[0]?.body.tools).toEqual([
      { type: 'function', name: 'Glob', description: 'Finds files.', parameters, strict: false },
    ]);
  });

  it('reports a quota that is used up as not retryable, though its status is 429', async () => {
    fake.answer({
      instead: 'error',
      error: { message: 'You exceeded your quota.', type: 'insufficient_quota', code: 'insufficient_quota' },
    });
    const events = await sampleAll(sampler, inputOf({ model: 'openai/gpt-5' }));
    expect(events).toMatchObject([{ type: 'sample.failed', status: 429, retryable: false }]);
  });
});

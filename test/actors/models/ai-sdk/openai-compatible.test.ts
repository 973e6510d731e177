import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSampler } from '../../../../actors/models/route.ts';
import type { Sampler } from '../../../../actors/models/sampler.ts';
import { startFakeOpenAICompatible } from '../fake-openai-compatible.ts';
import type { FakeProvider } from '../fake-provider.ts';
import { assistantOf, inputOf, resultsOf, sampleAll } from '../sampling.ts';

const MODEL = 'openai-compatible/qwen/qwen3';
const CALL = { id: 'call_1', name: 'Bash', pieces: ['{}'] };

describe('openai-compatible', () => {
  let fake: FakeProvider;
  let sampler: Sampler;
  beforeEach(async () => {
    fake = await startFakeOpenAICompatible();
    sampler = createSampler({ OPENAI_COMPATIBLE_BASE_URL: fake.url });
  });
  afterEach(() => fake.stop());

  it('works without a key', async () => {
    fake.answer({ text: ['ok'] });
    expect((await sampleAll(sampler, inputOf({ model: MODEL }))).at(-1)).toMatchObject({ stop: 'end' });
    expect(fake.requests[0]?.headers).not.toHaveProperty('authorization');
    expect(fake.requests[0]?.body.model).toBe('qwen/qwen3');
  });

  it('MODEL-46 counts four characters a token when the server counts nothing', async () => {
    fake.answer({ text: ['12345678'], usage: false });
    const events = await sampleAll(
      sampler,
      inputOf({ model: MODEL, system: '1234', messages: [{ role: 'user', turn: 't1', content: '1234' }] }),
    );
    expect(events.at(-1)).toEqual({
      type: 'sample.finished',
      stop: 'end',
      usage: { promptTokens: 2, completionTokens: 2, totalTokens: 4 },
    });
  });

  it('MODEL-47 gives reasoning back while the turn lasts, not after', async () => {
    fake.answer({ reasoning: ['I should look.'], calls: [CALL] });
    fake.answer({ text: ['ok'] });
    fake.answer({ text: ['ok'] });
    const input = inputOf({ model: MODEL });
    const assistant = assistantOf(await sampleAll(sampler, input));
    const messages = [...input.messages, assistant, resultsOf(assistant, ['a.txt'])];
    await sampleAll(sampler, { ...input, messages });
    await sampleAll(sampler, {
      ...input,
      messages: [...messages, { role: 'user', turn: 't2', content: 'and now?' }],
    });
    const [, during, after] = fake.requests.map((request) => request.body.messages);
    expect(during[2].reasoning_content).toBe('I should look.');
    expect(after[2]).not.toHaveProperty('reasoning_content');
  });

  it('MODEL-45 gives the signature of a call back with that call', async () => {
    fake.answer({ calls: [{ ...CALL, signature: 'sig-1' }] });
    fake.answer({ text: ['ok'] });
    const input = inputOf({ model: MODEL });
    const assistant = assistantOf(await sampleAll(sampler, input));
    await sampleAll(sampler, {
      ...input,
      messages: [...input.messages, assistant, resultsOf(assistant, ['a.txt'])],
    });
    expect(fake.requests[1]?.body.messages[2].tool_calls[0]).toMatchObject({
      id: 'call_1',
      extra_content: { google: { thought_signature: 'sig-1' } },
    });
  });
});

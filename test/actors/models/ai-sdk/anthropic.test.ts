import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSampler } from '../../../../actors/models/route.ts';
import type { Sampler } from '../../../../actors/models/sampler.ts';
import { startFakeAnthropic } from '../fake-anthropic.ts';
import type { FakeProvider } from '../fake-provider.ts';
import { assistantOf, inputOf, resultsOf, sampleAll } from '../sampling.ts';

const CALL = { id: 'toolu_1', name: 'Bash', pieces: ['{"command":"ls"}'] };
const CACHED = { type: 'ephemeral' };

describe('anthropic', () => {
  let fake: FakeProvider;
  let sampler: Sampler;
  beforeEach(async () => {
    fake = await startFakeAnthropic();
    sampler = createSampler({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: fake.url });
  });
  afterEach(() => fake.stop());

  const requestFor = async (model: string, reasoningEffort?: string) => {
    fake.answer({ text: ['ok'] });
    const settings = reasoningEffort === undefined ? {} : { reasoningEffort };
    await sampleAll(sampler, inputOf({ model: `anthropic/${model}`, settings }));
    return fake.requests.at(-1)?.body;
  };

  it('MODEL-40 gives signed thinking back before the calls that followed it', async () => {
    fake.answer({ reasoning: ['I should ', 'look.'], signature: 'sig-1', calls: [CALL] });
    fake.answer({ text: ['ok'] });
    const input = inputOf({ model: 'anthropic/claude-haiku-4-5' });
    const assistant = assistantOf(await sampleAll(sampler, input));
    await sampleAll(sampler, {
      ...input,
      messages: [...input.messages, assistant, resultsOf(assistant, ['a.txt'])],
    });
    expect(fake.requests[1]?.body.messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'I should look.', signature: 'sig-1' },
          { type: 'tool_use', id: 'toolu_1', name: 'Bash', input: { command: 'ls' } },
        ],
      },
      {
        role: 'user',
        content: [{ type: 'tool_result', tool_use_id: 'toolu_1', content: 'a.txt', cache_control: CACHED }],
      },
    ]);
  });

  it('MODEL-40 keeps thinking whose text the provider hides', async () => {
    fake.answer({ reasoning: [''], signature: 'sig-2', calls: [CALL] });
    fake.answer({ text: ['ok'] });
    const input = inputOf({ model: 'anthropic/claude-haiku-4-5' });
    const assistant = assistantOf(await sampleAll(sampler, input));
    await sampleAll(sampler, {
      ...input,
      messages: [...input.messages, assistant, resultsOf(assistant, ['a.txt'])],
    });
    expect(fake.requests[1]?.body.messages[1].content[0]).toEqual({
      type: 'thinking',
      thinking: '',
      signature: 'sig-2',
    });
  });

  it('MODEL-41 marks the system prompt and the end of the prompt for the cache', async () => {
    const body = await requestFor('claude-haiku-4-5');
    expect(body.system).toEqual([{ type: 'text', text: 'Be brief.', cache_control: CACHED }]);
    expect(body.messages).toEqual([
      { role: 'user', content: [{ type: 'text', text: 'hello', cache_control: CACHED }] },
    ]);
  });

  it('leaves an empty system prompt out', async () => {
    fake.answer({ text: ['ok'] });
    await sampleAll(sampler, inputOf({ model: 'anthropic/claude-haiku-4-5', system: ' ' }));
    expect(fake.requests[0]?.body).not.toHaveProperty('system');
  });

  it('MODEL-42 asks a model that binds its thinking to the prompt to drop what no longer fits', async () => {
    expect((await requestFor('claude-opus-5-5')).thinking).toEqual({
      type: 'adaptive',
      display: 'summarized',
      block_binding: { prefix_mismatch_behavior: 'drop_block' },
    });
    expect(await requestFor('claude-sonnet-5-5', 'none')).toMatchObject({
      thinking: { block_binding: { prefix_mismatch_behavior: 'drop_block' } },
      output_config: { effort: 'low' },
    });
    expect((await requestFor('claude-sonnet-5')).thinking).toEqual({
      type: 'adaptive',
      display: 'summarized',
    });
    expect(await requestFor('claude-haiku-4-5')).not.toHaveProperty('thinking');
  });

  it('MODEL-43 passes the reasoning effort on, in the provider’s own terms', async () => {
    expect((await requestFor('claude-opus-5-5', 'high')).output_config).toEqual({ effort: 'high' });
    expect((await requestFor('claude-haiku-4-5', 'low')).thinking).toMatchObject({ type: 'enabled' });
    expect((await requestFor('claude-haiku-4-5', 'none')).thinking).toEqual({ type: 'disabled' });
  });

  it('reports an error that comes in the middle of the stream with its status', async () => {
    fake.answer({
      text: ['half'],
      instead: 'error',
      error: { type: 'overloaded_error', message: 'Overloaded' },
    });
    const events = await sampleAll(sampler, inputOf({ model: 'anthropic/claude-haiku-4-5' }));
    expect(events).toEqual([
      { type: 'sample.text', text: 'half' },
      {
        type: 'sample.failed',
        message: 'anthropic/claude-haiku-4-5: Overloaded (HTTP 529)',
        status: 529,
        retryable: true,
      },
    ]);
  });

  it('takes the base address with and without its version', async () => {
    sampler = createSampler({ ANTHROPIC_API_KEY: 'k', ANTHROPIC_BASE_URL: `${fake.url}/proxy/v1` });
    await requestFor('claude-haiku-4-5');
    expect(fake.requests[0]?.path).toBe('/proxy/v1/messages');
  });
});

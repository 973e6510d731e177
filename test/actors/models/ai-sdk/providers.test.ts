import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSampler } from '../../../../actors/models/route.ts';
import type { Sampler } from '../../../../actors/models/sampler.ts';
import type { SampleEvent, ToolSpec } from '../../../../machines/ports.ts';
import type { FakeProvider } from '../fake-provider.ts';
import { assistantOf, inputOf, joined, resultsOf, sampleAll } from '../sampling.ts';
import { CASES, KEY } from './provider-cases.ts';

const BASH: ToolSpec = {
  name: 'Bash',
  description: 'Runs a command.',
  parameters: { type: 'object', properties: { command: { type: 'string' } }, required: ['command'] },
};
const TWO_CALLS = [
  { id: 'call_a', name: 'Bash', pieces: ['{"comm', 'and":"ls"}'] },
  { id: 'call_b', name: 'Bash', pieces: ['{"command":"pwd"}'] },
];

describe.each(CASES)('$provider through the AI SDK', ({ provider, handle, start, env, path, told }) => {
  let fake: FakeProvider;
  let sampler: Sampler;
  beforeEach(async () => {
    fake = await start();
    sampler = createSampler(env(fake.url));
  });
  afterEach(() => fake.stop());

  it('MODEL-20 streams the text and ends with what the provider counted', async () => {
    fake.answer({ text: ['Hel', 'lo ', 'you.'] });
    const events = await sampleAll(sampler, inputOf({ model: handle }));
    expect(events.slice(0, -1)).toEqual([
      { type: 'sample.text', text: 'Hel' },
      { type: 'sample.text', text: 'lo ' },
      { type: 'sample.text', text: 'you.' },
    ]);
    expect(events.at(-1)).toMatchObject({
      type: 'sample.finished',
      stop: 'end',
      usage: { promptTokens: 20, completionTokens: 7, totalTokens: 27, cachedInputTokens: 8 },
    });
  });

  it('MODEL-21 hands on each token when it comes, before the next one was sent', async () => {
    const seen: (() => void)[] = [];
    const read = [0, 1, 2].map(() => new Promise<void>((resolve) => seen.push(resolve)));
    let sent = 0;
    fake.answer({ text: ['one ', 'two ', 'three'], gate: () => read[sent++] ?? Promise.resolve() });
    const events = await sampleAll(sampler, inputOf({ model: handle }), {
      onEvent: (event) => event.type === 'sample.text' && seen.shift()?.(),
    });
    expect(joined(events, 'sample.text')).toBe('one two three');
  });

  it('MODEL-22 streams the reasoning and closes its block with the metadata of the provider', async () => {
    fake.answer({ reasoning: ['Let me ', 'think.'], text: ['Done.'] });
    const events = await sampleAll(sampler, inputOf({ model: handle }));
    expect(joined(events, 'sample.reasoning')).toBe('Let me think.');
    expect(joined(events, 'sample.text')).toBe('Done.');
    const [block] = assistantOf(events).reasoning;
    expect(block).toMatchObject({ text: 'Let me think.', metadata: { [provider]: {} } });
  });

  it('MODEL-23 tells two parallel calls with the provider’s ids and the arguments as written', async () => {
    fake.answer({ text: ['Both.'], calls: TWO_CALLS });
    const events = await sampleAll(sampler, inputOf({ model: handle, tools: [BASH] }));
    expect(events.filter((event) => event.type === 'sample.callStarted')).toEqual([
      { type: 'sample.callStarted', index: 0, providerId: 'call_a', name: 'Bash' },
      { type: 'sample.callStarted', index: 1, providerId: 'call_b', name: 'Bash' },
    ]);
    expect(events.filter((event) => event.type === 'sample.callEnded')).toEqual([
      {
        type: 'sample.callEnded',
        index: 0,
        providerId: 'call_a',
        name: 'Bash',
        arguments: '{"command":"ls"}',
      },
      {
        type: 'sample.callEnded',
        index: 1,
        providerId: 'call_b',
        name: 'Bash',
        arguments: '{"command":"pwd"}',
      },
    ]);
    const pieces = events.map((event) =>
      event.type === 'sample.callArguments' && event.index === 0 ? event.text : '',
    );
    expect(pieces.join('')).toBe('{"command":"ls"}');
    expect(events.at(-1)).toMatchObject({ type: 'sample.finished', stop: 'calls' });
    expect(JSON.stringify(fake.requests[0]?.body)).toContain('Runs a command.');
  });

  it('MODEL-24 sends results back under the id the provider gave the call', async () => {
    fake.answer({ text: ['Both.'], calls: TWO_CALLS });
    fake.answer({ text: ['Seen.'] });
    const input = inputOf({ model: handle, tools: [BASH] });
    const assistant = assistantOf(await sampleAll(sampler, input));
    const messages = [...input.messages, assistant, resultsOf(assistant, ['a.txt', '/work'])];
    const events = await sampleAll(sampler, { ...input, messages });
    expect(joined(events, 'sample.text')).toBe('Seen.');
    expect(told(fake.requests[1]?.body)).toEqual({
      calls: [
        { id: 'call_a', name: 'Bash', args: { command: 'ls' } },
        { id: 'call_b', name: 'Bash', args: { command: 'pwd' } },
      ],
      results: [
        { id: 'call_a', text: 'a.txt' },
        { id: 'call_b', text: '/work' },
      ],
    });
  });

  it('MODEL-25 reports arguments that are no JSON as they were written', async () => {
    if (provider === 'google') return; // Its arguments come parsed.
    fake.answer({ calls: [{ id: 'call_a', name: 'Bash', pieces: ['{"command":', ' oops'] }] });
    const events = await sampleAll(sampler, inputOf({ model: handle, tools: [BASH] }));
    expect(events.find((event) => event.type === 'sample.callEnded')).toMatchObject({
      name: 'Bash',
      arguments: '{"command": oops',
    });
    expect(events.at(-1)).toMatchObject({ stop: 'calls' });
  });

  it('MODEL-26 reports a call of a tool that was not offered like any other', async () => {
    fake.answer({ calls: [{ id: 'call_a', name: 'Fly', pieces: ['{"to":"moon"}'] }] });
    const events = await sampleAll(sampler, inputOf({ model: handle, tools: [BASH] }));
    expect(events.find((event) => event.type === 'sample.callEnded')).toMatchObject({
      providerId: 'call_a',
      name: 'Fly',
      arguments: '{"to":"moon"}',
    });
    expect(fake.requests).toHaveLength(1);
  });

  it('MODEL-27 says why the model stopped', async () => {
    fake.answer({ text: ['cut'], stop: 'length' });
    fake.answer({ text: ['no'], stop: 'refused' });
    const stops = [
      (await sampleAll(sampler, inputOf({ model: handle }))).at(-1),
      (await sampleAll(sampler, inputOf({ model: handle }))).at(-1),
    ];
    expect(stops).toMatchObject([{ stop: 'length' }, { stop: 'refused' }]);
  });

  it('MODEL-30 reports a rate limit with its status and the time to wait', async () => {
    fake.answer({ status: 429, message: 'slow down', headers: { 'retry-after': '3' } });
    const events = await sampleAll(sampler, inputOf({ model: handle }));
    expect(events).toEqual([
      {
        type: 'sample.failed',
        message: `${handle}: slow down (HTTP 429)`,
        status: 429,
        retryAfterMs: 3000,
        retryable: true,
      },
    ]);
    expect(fake.requests).toHaveLength(1);
  });

  it.each([
    [500, true],
    [503, true],
    [408, true],
    [409, true],
    [400, false],
    [403, false],
    [404, false],
    [422, false],
  ])('MODEL-31 reports HTTP %i as retryable: %s', async (status, retryable) => {
    fake.answer({ status, message: 'no' });
    const events = await sampleAll(sampler, inputOf({ model: handle }));
    expect(events).toMatchObject([{ type: 'sample.failed', status, retryable }]);
    expect(fake.requests).toHaveLength(1);
  });

  it.each(['cut', 'close'] as const)(
    'MODEL-32 reports a stream that is %s in the middle as retryable',
    async (instead) => {
      fake.answer({ text: ['half an '], instead });
      const events = await sampleAll(sampler, inputOf({ model: handle }));
      expect(joined(events, 'sample.text')).toBe('half an ');
      expect(events.at(-1)).toMatchObject({ type: 'sample.failed', retryable: true });
      expect(events.at(-1)).not.toHaveProperty('status');
    },
  );

  it('MODEL-32 reports a provider that cannot be reached as retryable', async () => {
    await fake.stop();
    const events = await sampleAll(sampler, inputOf({ model: handle }));
    expect(events).toMatchObject([{ type: 'sample.failed', retryable: true }]);
  });

  it('MODEL-33 closes the provider’s connection when it is aborted, and says no more', async () => {
    fake.answer({ text: ['first'], instead: 'hold' });
    const abort = new AbortController();
    const events: SampleEvent[] = await sampleAll(sampler, inputOf({ model: handle }), {
      signal: abort.signal,
      onEvent: () => abort.abort(),
    });
    await fake.requests[0]?.closed;
    expect(events).toEqual([{ type: 'sample.text', text: 'first' }]);
  });

  it('MODEL-33 sends nothing when it was aborted before', async () => {
    expect(await sampleAll(sampler, inputOf({ model: handle }), { signal: AbortSignal.abort() })).toEqual([]);
    expect(fake.requests).toEqual([]);
  });

  it('MODEL-34 shows the key to nobody but the provider, and there only in a header', async () => {
    for (const status of [400, 401, 403, 500]) {
      fake.answer({ status, message: `the key ${KEY} is bad` });
      const events = await sampleAll(sampler, inputOf({ model: handle }));
      expect(JSON.stringify(events)).not.toContain(KEY);
      expect(events).toMatchObject([{ type: 'sample.failed', status }]);
    }
    for (const { path, body, headers } of fake.requests) {
      expect(path).not.toContain(KEY);
      expect(JSON.stringify(body)).not.toContain(KEY);
      expect(JSON.stringify(headers)).toContain(KEY);
    }
  });

  it('MODEL-35 posts to the address it was given', async () => {
    fake.answer({ text: ['hi'] });
    await sampleAll(sampler, inputOf({ model: handle }));
    expect(fake.requests.map((request) => request.path)).toEqual([path]);
  });

  it('MODEL-36 passes the system prompt, the limits and images on', async () => {
    fake.answer({ text: ['a dot'] });
    const image =
      'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
    const events = await sampleAll(
      sampler,
      inputOf({
        model: handle,
        system: 'Look well.',
        settings: { maxOutputTokens: 321 },
        messages: [
          {
            role: 'user',
            turn: 't1',
            content: [
              { type: 'text', text: 'What is this?' },
              { type: 'image', data: image, mediaType: 'image/png' },
            ],
          },
        ],
      }),
    );
    expect(events.at(-1)).toMatchObject({ type: 'sample.finished' });
    const body = JSON.stringify(fake.requests[0]?.body);
    for (const part of ['Look well.', 'What is this?', image, 'image/png', ':321'])
      expect(body).toContain(part);
  });
});

import { describe, expect, it } from 'vitest';
import { toModelMessages } from '../../../../actors/models/ai-sdk/prompt.ts';
import type { PromptCall, PromptMessage } from '../../../../machines/ports.ts';

const call = (id: string, providerId: string, args = '{}'): PromptCall => ({
  id,
  providerId,
  name: 'Bash',
  arguments: args,
});
const assistant = (over: Partial<PromptMessage & { role: 'assistant' }>): PromptMessage => ({
  role: 'assistant',
  turn: 't1',
  text: '',
  reasoning: [],
  calls: [],
  ...over,
});
const result = (id: string, providerId: string, text = 'ok', isError = false) => ({
  id,
  providerId,
  name: 'Bash',
  text,
  isError,
});

describe('the prompt for the AI SDK', () => {
  it('takes texts and images of a user', () => {
    expect(
      toModelMessages('openai', [
        { role: 'user', turn: 't1', content: 'plain' },
        {
          role: 'user',
          turn: 't1',
          content: [
            { type: 'text', text: 'see' },
            { type: 'image', data: 'AAAA', mediaType: 'image/png' },
          ],
        },
      ]),
    ).toEqual([
      { role: 'user', content: 'plain' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'see' },
          { type: 'file', data: { type: 'data', data: 'AAAA' }, mediaType: 'image/png' },
        ],
      },
    ]);
  });

  it('MODEL-48 never sends an empty text, which providers refuse', () => {
    expect(
      toModelMessages('anthropic', [
        { role: 'user', turn: 't1', content: ' \n' },
        { role: 'user', turn: 't1', content: [{ type: 'text', text: '' }] },
        {
          role: 'user',
          turn: 't1',
          content: [
            { type: 'text', text: ' ' },
            { type: 'image', data: 'AAAA', mediaType: 'image/png' },
          ],
        },
        assistant({ text: '\n' }),
        assistant({ text: ' ', calls: [call('c1', 'p1')] }),
        { role: 'tool', turn: 't1', results: [result('c1', 'p1', '')] },
      ]),
    ).toMatchObject([
      { role: 'user', content: '(empty message)' },
      { role: 'user', content: '(empty message)' },
      { role: 'user', content: [{ type: 'file' }] },
      { role: 'assistant', content: [{ type: 'tool-call' }] },
      { role: 'tool', content: [{ output: { type: 'text', value: '' } }] },
    ]);
  });

  it('never takes an image for an address to fetch', () => {
    const image = { type: 'image', data: 'http://127.0.0.1/secret', mediaType: 'image/png' } as const;
    expect(toModelMessages('openai', [{ role: 'user', turn: 't1', content: [image] }])).toMatchObject([
      { content: [{ type: 'file', data: { type: 'data', data: image.data } }] },
    ]);
  });

  it('puts the note of a result before it', () => {
    const noted = { ...result('c1', 'p1', 'done', false), note: 'It ran with other arguments.' };
    const messages = toModelMessages('openai', [
      assistant({ calls: [call('c1', 'p1')] }),
      { role: 'tool', turn: 't1', results: [noted] },
    ]);
    expect(messages[1]).toMatchObject({
      content: [{ output: { value: 'It ran with other arguments.\ndone' } }],
    });
  });

  it('tells failed results apart', () => {
    const messages = toModelMessages('openai', [
      assistant({ calls: [call('c1', 'p1')] }),
      { role: 'tool', turn: 't1', results: [result('c1', 'p1', 'no such file', true)] },
    ]);
    expect(messages[1]).toEqual({
      role: 'tool',
      content: [
        {
          type: 'tool-result',
          toolCallId: 'p1',
          toolName: 'Bash',
          output: { type: 'error-text', value: 'no such file' },
        },
      ],
    });
  });

  it.each([
    ['', {}],
    ['{"a":1}', { a: 1 }],
    ['{"a":', { invalidArguments: '{"a":' }],
    ['[1]', { invalidArguments: '[1]' }],
    ['null', { invalidArguments: 'null' }],
  ])('sends the arguments %j as an object', (text, input) => {
    expect(toModelMessages('openai', [assistant({ calls: [call('c1', 'p1', text)] })])[0]).toMatchObject({
      content: [{ type: 'tool-call', input }],
    });
  });

  describe('MODEL-49 ids of calls', () => {
    const idsOf = (messages: PromptMessage[]) =>
      toModelMessages('anthropic', messages).flatMap((message) =>
        (message.content as { toolCallId: string }[]).map((part) => part.toolCallId),
      );

    it('MODEL-49 are unique: a repeated one gives way to the hub’s own, for call and result', () => {
      expect(
        idsOf([
          assistant({ calls: [call('call-r1-0', 'demo-0-0')] }),
          { role: 'tool', turn: 't1', results: [result('call-r1-0', 'demo-0-0')] },
          assistant({ calls: [call('call-r2-0', 'demo-0-0')] }),
          { role: 'tool', turn: 't1', results: [result('call-r2-0', 'demo-0-0')] },
        ]),
      ).toEqual(['demo-0-0', 'demo-0-0', 'call-r2-0', 'call-r2-0']);
    });

    it('MODEL-49 hold only what every provider takes', () => {
      expect(
        idsOf([
          assistant({ calls: [call('call-r1-0', 'functions.Bash:0'), call('call-r1-1', '')] }),
          {
            role: 'tool',
            turn: 't1',
            results: [result('call-r1-0', 'functions.Bash:0'), result('call-r1-1', '')],
          },
        ]),
      ).toEqual(['call-r1-0', 'call-r1-1', 'call-r1-0', 'call-r1-1']);
    });
  });

  describe('MODEL-50 each call has exactly one result', () => {
    it('MODEL-50 fills in a result that was lost', () => {
      const messages = toModelMessages('openai', [
        assistant({ calls: [call('c1', 'p1'), call('c2', 'p2')] }),
        { role: 'tool', turn: 't1', results: [result('c2', 'p2')] },
        { role: 'user', turn: 't2', content: 'go on' },
        assistant({ calls: [call('c3', 'p3')] }),
      ]);
      expect(messages.map((message) => message.role)).toEqual([
        'assistant',
        'tool',
        'tool',
        'user',
        'assistant',
        'tool',
      ]);
      expect(messages[2]).toMatchObject({ content: [{ toolCallId: 'p1', output: { type: 'error-text' } }] });
      expect(messages[5]).toMatchObject({ content: [{ toolCallId: 'p3', output: { type: 'error-text' } }] });
    });

    it('MODEL-50 leaves out a result of no call, and a second one', () => {
      const messages = toModelMessages('openai', [
        { role: 'tool', turn: 't1', results: [result('gone', 'p0')] },
        assistant({ calls: [call('c1', 'p1')] }),
        { role: 'tool', turn: 't1', results: [result('c1', 'p1', 'first'), result('c1', 'p1', 'second')] },
      ]);
      expect(messages).toMatchObject([
        { role: 'assistant' },
        { role: 'tool', content: [{ output: { value: 'first' } }] },
      ]);
      expect(messages[1]?.content).toHaveLength(1);
    });
  });

  it('MODEL-51 sends reasoning back to the provider it came from, and to no other', () => {
    const message = assistant({
      text: 'So.',
      reasoning: [
        { text: 'A', metadata: { anthropic: { signature: 's' } } },
        { text: 'B', metadata: { openai: { itemId: 'rs' } } },
        { text: 'C' },
      ],
    });
    const reasoningFor = (provider: 'anthropic' | 'openai' | 'google') =>
      toModelMessages(provider, [message]).flatMap((sent) => (sent.content as object[]).slice(0, -1));
    expect(reasoningFor('anthropic')).toEqual([
      { type: 'reasoning', text: 'A', providerOptions: { anthropic: { signature: 's' } } },
    ]);
    expect(reasoningFor('openai')).toEqual([
      { type: 'reasoning', text: 'B', providerOptions: { openai: { itemId: 'rs' } } },
    ]);
    expect(reasoningFor('google')).toEqual([]);
  });
});

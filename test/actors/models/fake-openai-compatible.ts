import { type FakeProvider, sse, startFakeProvider, type Wire } from './fake-provider.ts';

/** A stand-in for the `POST /chat/completions` that Ollama, vLLM, LM Studio and others speak. */
export function startFakeOpenAICompatible(): Promise<FakeProvider> {
  return startFakeProvider(wire);
}

const STOPS = { end: 'stop', length: 'length', refused: 'content_filter' };

const wire: Wire = {
  frames({ reasoning = [], text = [], calls = [], stop = 'end', usage }) {
    const callFrames = calls.flatMap(({ id, name, pieces, signature }, index) => [
      frame({
        tool_calls: [
          {
            index,
            id,
            type: 'function',
            function: { name, arguments: '' },
            ...(signature && { extra_content: { google: { thought_signature: signature } } }),
          },
        ],
      }),
      ...pieces.map((part) => frame({ tool_calls: [{ index, function: { arguments: part } }] })),
    ]);
    const reason = calls.length > 0 && stop === 'end' ? 'tool_calls' : STOPS[stop];
    return {
      head: [
        frame({ role: 'assistant', content: '' }),
        ...reasoning.map((part) => frame({ reasoning_content: part })),
      ],
      text: text.map((content) => frame({ content })),
      tail: [
        ...callFrames,
        frame({}, reason),
        ...(usage === false
          ? []
          : [
              sse({
                id: 'c1',
                choices: [],
                usage: {
                  prompt_tokens: 20,
                  completion_tokens: 7,
                  total_tokens: 27,
                  prompt_tokens_details: { cached_tokens: 8 },
                  completion_tokens_details: { reasoning_tokens: 3 },
                },
              }),
            ]),
        sse('[DONE]'),
      ],
    };
  },
  refusal: ({ message }) => ({ error: { message, type: 'server_error' } }),
  streamError: (error) => sse({ error }),
};

function frame(delta: object, finish_reason: string | null = null): string {
  return sse({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'test',
    choices: [{ index: 0, delta, finish_reason }],
  });
}

import { type FakeProvider, sse, startFakeProvider, type Wire } from './fake-provider.ts';

/** A stand-in for Anthropic's `POST /v1/messages` with streaming. */
export function startFakeAnthropic(): Promise<FakeProvider> {
  return startFakeProvider(wire);
}

type Event = { type: string; [key: string]: unknown };
const STOPS = { end: 'end_turn', length: 'max_tokens', refused: 'refusal' };

const wire: Wire = {
  frames({ reasoning = [], signature = 'signed', text = [], calls = [], stop = 'end' }) {
    let index = 0;
    const head: Event[] = [
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'claude-test',
          content: [],
          stop_reason: null,
          stop_sequence: null,
          usage: { input_tokens: 12, cache_read_input_tokens: 8, output_tokens: 1 },
        },
      },
    ];
    if (reasoning.length > 0) {
      head.push(
        {
          type: 'content_block_start',
          index,
          content_block: { type: 'thinking', thinking: '', signature: '' },
        },
        ...reasoning.map((thinking) => delta(index, { type: 'thinking_delta', thinking })),
        delta(index, { type: 'signature_delta', signature }),
        { type: 'content_block_stop', index },
      );
      index += 1;
    }
    const textIndex = index;
    if (text.length > 0) {
      head.push({
        type: 'content_block_start',
        index: textIndex,
        content_block: { type: 'text', text: '' },
      });
      index += 1;
    }
    const tail: Event[] = text.length > 0 ? [{ type: 'content_block_stop', index: textIndex }] : [];
    for (const { id, name, pieces } of calls) {
      const at = index++;
      tail.push(
        {
          type: 'content_block_start',
          index: at,
          content_block: { type: 'tool_use', id, name, input: {} },
        },
        ...pieces.map((partial_json) => delta(at, { type: 'input_json_delta', partial_json })),
        { type: 'content_block_stop', index: at },
      );
    }
    tail.push(
      {
        type: 'message_delta',
        delta: {
          stop_reason: calls.length > 0 && stop === 'end' ? 'tool_use' : STOPS[stop],
          stop_sequence: null,
        },
        usage: { output_tokens: 7 },
      },
      { type: 'message_stop' },
    );
    return {
      head: head.map(frame),
      text: text.map((part) => frame(delta(textIndex, { type: 'text_delta', text: part }))),
      tail: tail.map(frame),
    };
  },
  refusal: ({ status, message }) => ({
    type: 'error',
    error: { type: status === 429 ? 'rate_limit_error' : 'api_error', message },
  }),
  streamError: (error) => frame({ type: 'error', error }),
};

function delta(index: number, value: object): Event {
  return { type: 'content_block_delta', index, delta: value };
}

function frame(event: Event): string {
  return sse(event, event.type);
}

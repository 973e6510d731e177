import { type FakeProvider, sse, startFakeProvider, type Wire } from './fake-provider.ts';

/** A stand-in for OpenAI's `POST /responses` with streaming. */
export function startFakeOpenAI(): Promise<FakeProvider> {
  return startFakeProvider(wire);
}

type Event = { type: string; [key: string]: unknown };

const wire: Wire = {
  frames({ reasoning = [], signature = 'encrypted', text = [], calls = [], stop = 'end' }) {
    const response = { id: 'resp_1', created_at: 1, model: 'gpt-test' };
    const head: Event[] = [
      { type: 'response.created', response },
      { type: 'response.in_progress', response },
    ];
    let at = 0;
    if (reasoning.length > 0) {
      const item = { type: 'reasoning', id: 'rs_1', summary: [] };
      const place = { item_id: 'rs_1', output_index: at, summary_index: 0 };
      head.push(
        { type: 'response.output_item.added', output_index: at, item },
        { type: 'response.reasoning_summary_part.added', ...place },
        ...reasoning.map((delta) => ({ type: 'response.reasoning_summary_text.delta', ...place, delta })),
        { type: 'response.reasoning_summary_part.done', ...place },
        {
          type: 'response.output_item.done',
          output_index: at,
          item: { ...item, encrypted_content: signature },
        },
      );
      at += 1;
    }
    const message = { output_index: at, item: { type: 'message', id: 'msg_1' } };
    const tail: Event[] = [];
    if (text.length > 0) {
      head.push({ type: 'response.output_item.added', ...message });
      tail.push({ type: 'response.output_item.done', ...message });
      at += 1;
    }
    for (const { id, name, pieces } of calls) {
      const item = { type: 'function_call', id: `fc_${id}`, call_id: id, name, arguments: '' };
      const output_index = at++;
      tail.push(
        { type: 'response.output_item.added', output_index, item },
        ...pieces.map((delta) => ({
          type: 'response.function_call_arguments.delta',
          item_id: item.id,
          output_index,
          delta,
        })),
        {
          type: 'response.output_item.done',
          output_index,
          item: { ...item, arguments: pieces.join(''), status: 'completed' },
        },
      );
    }
    tail.push({
      type: stop === 'end' ? 'response.completed' : 'response.incomplete',
      response: {
        ...response,
        incomplete_details:
          stop === 'end' ? null : { reason: stop === 'length' ? 'max_output_tokens' : 'content_filter' },
        usage: {
          input_tokens: 20,
          input_tokens_details: { cached_tokens: 8 },
          output_tokens: 7,
          output_tokens_details: { reasoning_tokens: 3 },
        },
      },
    });
    return {
      head: head.map((event) => sse(event)),
      text: text.map((delta) =>
        sse({
          type: 'response.output_text.delta',
          item_id: 'msg_1',
          output_index: message.output_index,
          delta,
        }),
      ),
      tail: tail.map((event) => sse(event)),
    };
  },
  refusal: ({ message }) => ({ error: { message, type: 'server_error', code: null, param: null } }),
  streamError: (error) => sse({ type: 'error', sequence_number: 1, error }),
};

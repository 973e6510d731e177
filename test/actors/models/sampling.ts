import type { Sampler } from '../../../actors/models/sampler.ts';
import type { PromptMessage, SampleEvent, SampleInput } from '../../../machines/ports.ts';

/** A prompt of one user message in turn `t1`, unless told otherwise. */
export function inputOf(over: Partial<SampleInput> & { model: string }): SampleInput {
  return {
    system: 'Be brief.',
    messages: [{ role: 'user', turn: 't1', content: 'hello' }],
    tools: [],
    settings: {},
    ...over,
  };
}

/** Runs one step to its end; `onEvent` sees each event as it is emitted. */
export async function sampleAll(
  sampler: Sampler,
  input: SampleInput,
  {
    signal = new AbortController().signal,
    onEvent,
  }: { signal?: AbortSignal; onEvent?: (e: SampleEvent) => void } = {},
): Promise<SampleEvent[]> {
  const events: SampleEvent[] = [];
  await sampler(
    input,
    (event) => {
      events.push(event);
      onEvent?.(event);
    },
    signal,
  );
  return events;
}

/** The texts of one kind of event, joined. */
export function joined(events: readonly SampleEvent[], type: 'sample.text' | 'sample.reasoning'): string {
  return events.map((event) => (event.type === type ? event.text : '')).join('');
}

/** What a hub makes of the events: the assistant message of the next prompt. Calls get ids `call-<run>-<n>`. */
export function assistantOf(
  events: readonly SampleEvent[],
  { turn = 't1', run = 'r1' } = {},
): PromptMessage & { role: 'assistant' } {
  const message: PromptMessage & { role: 'assistant' } = {
    role: 'assistant',
    turn,
    text: joined(events, 'sample.text'),
    reasoning: [],
    calls: [],
  };
  let open = '';
  for (const event of events) {
    if (event.type === 'sample.reasoning') {
      open += event.text;
      if (!event.metadata) continue;
      message.reasoning.push({ text: open, metadata: event.metadata });
      open = '';
    } else if (event.type === 'sample.callEnded') {
      const { index, providerId, name } = event;
      message.calls.push({ id: `call-${run}-${index}`, providerId, name, arguments: event.arguments });
    }
  }
  if (open !== '') message.reasoning.push({ text: open });
  return message;
}

/** A tool message that answers the calls of `assistant` in order. */
export function resultsOf(
  assistant: PromptMessage & { role: 'assistant' },
  texts: readonly string[],
): PromptMessage & { role: 'tool' } {
  const results = assistant.calls.flatMap(({ id, providerId, name }, index) => {
    const text = texts[index];
    return text === undefined ? [] : [{ id, providerId, name, text, isError: false }];
  });
  return { role: 'tool', turn: assistant.turn, results };
}

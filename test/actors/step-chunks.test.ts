import { describe, expect, test } from 'vitest';
import { readStep } from '../../actors/step-chunks.ts';
import type { JsonObject, ModelStepEvent, ModelStepInput } from '../../machines/ports.ts';

const RUN = 'run-1';
const of = (seq: number, fields: JsonObject): JsonObject => ({ run_id: RUN, seq_id: seq, ...fields });
const text = (seq: number, content: string) => of(seq, { message_type: 'assistant_message', content });
const call = (seq: number, id: string, name: string, args: string) =>
  of(seq, {
    message_type: 'approval_request_message',
    tool_call: { tool_call_id: id, name, arguments: args },
  });
const stop = (seq: number, stop_reason: string) => of(seq, { message_type: 'stop_reason', stop_reason });
const failure = (seq: number, fields: JsonObject) => of(seq, { message_type: 'error_message', ...fields });
const DONE = '[DONE]';

/** What a step says to these data. The last of it is its end. */
function read(data: (JsonObject | string)[], after: ModelStepInput['after'] = null) {
  const said: ModelStepEvent[] = [];
  const ends: ModelStepEvent[] = [];
  const reader = readStep(
    after,
    (event) => said.push(event),
    (event) => ends.push(event),
  );
  for (const one of data) reader.data(typeof one === 'string' ? one : JSON.stringify(one));
  reader.rest();
  const chunks = said.flatMap((event) => (event.type === 'step.chunks' ? event.chunks : []));
  return { said, chunks, ends, end: ends[0] };
}

describe('the chunks of a run', () => {
  test('PROTO-31 are passed on as they come, each with its run and number', () => {
    const chunks = [text(1, 'Hel'), text(2, 'lo'), stop(3, 'end_turn')];
    const { said, end } = read([...chunks, DONE]);
    expect(said).toEqual([{ type: 'step.chunks', runId: RUN, seq: 3, chunks }]);
    expect(end).toEqual({ type: 'step.ended', runId: RUN, stopReason: 'end_turn', calls: [], usage: null });
  });

  test('PROTO-31 those that came together are said together, and never behind what came after them', () => {
    const said: string[] = [];
    const say = (event: ModelStepEvent): void => {
      said.push(event.type === 'step.chunks' ? event.chunks.map(({ seq_id }) => seq_id).join() : event.type);
    };
    const reader = readStep(null, say, say);
    const hear = (...data: (JsonObject | string)[]): void => {
      for (const one of data) reader.data(typeof one === 'string' ? one : JSON.stringify(one));
    };
    hear(text(1, 'a'), text(2, 'b'));
    reader.rest();
    reader.rest();
    hear({ message_type: 'ping' });
    reader.rest();
    hear(
      text(3, 'c'),
      { message_type: 'waiting', environment: 'staging' },
      text(4, 'd'),
      stop(5, 'end_turn'),
      DONE,
    );
    reader.rest();
    expect(said).toEqual(['1,2', '3', 'step.waiting', '4,5', 'step.ended']);
  });

  test('the usage is told with the end', () => {
    const usage = of(2, { message_type: 'usage_statistics', total_tokens: 7 });
    expect(read([stop(1, 'end_turn'), usage, DONE]).end).toMatchObject({ usage });
  });

  test('PROTO-31 pings and the state of the response are nobody’s business', () => {
    const quiet = [{ message_type: 'ping' }, { message_type: 'response_state', state: {} }];
    expect(read([...quiet, text(1, 'a')]).said).toHaveLength(1);
  });

  test.each(['', 'no json', '[]', '7', 'null', '"text"'])('what is no chunk (%j) is passed over', (data) => {
    expect(read([data, text(1, 'a')]).chunks).toHaveLength(1);
  });

  test('PROTO-32 a conversation that somebody else holds is told by who holds it', () => {
    const { said } = read([
      { message_type: 'waiting', environment: 'staging' },
      { message_type: 'waiting', environment: null },
    ]);
    expect(said).toEqual([
      { type: 'step.waiting', environment: 'staging' },
      { type: 'step.waiting', environment: 'another program' },
    ]);
  });
});

describe('the calls of a step', () => {
  test('PROTO-33 are put together from fragments of parallel calls, in the order of their start', () => {
    const { end, chunks } = read([
      call(1, 'call-1', 'Bash', '{"comm'),
      call(2, 'call-2', 'Read', '{"file'),
      call(3, 'call-1', '', 'and":"ls"}'),
      call(4, 'call-2', 'Read', '_path":"a"}'),
      stop(5, 'requires_approval'),
      DONE,
    ]);
    expect(end).toMatchObject({
      type: 'step.ended',
      calls: [
        { id: 'call-1', name: 'Bash', arguments: '{"command":"ls"}' },
        { id: 'call-2', name: 'Read', arguments: '{"file_path":"a"}' },
      ],
    });
    expect(chunks).toHaveLength(5);
  });

  test('PROTO-33 may come several in one chunk, which then counts once', () => {
    const first = { tool_call_id: 'call-1', name: 'Bash', arguments: '{}' };
    const second = { tool_call_id: 'call-2', name: 'Read', arguments: '{}' };
    const both = of(1, {
      message_type: 'approval_request_message',
      tool_call: first,
      tool_calls: [first, second],
    });
    expect(read([both, stop(2, 'requires_approval'), DONE]).end).toMatchObject({
      calls: [
        { id: 'call-1', arguments: '{}' },
        { id: 'call-2', arguments: '{}' },
      ],
    });
  });

  test('count only when the run stops for them', () => {
    const proposed = call(1, 'call-1', 'Bash', '{"comm');
    expect(read([proposed, stop(2, 'max_tokens_exceeded'), DONE]).end).toMatchObject({
      stopReason: 'max_tokens_exceeded',
      calls: [],
    });
  });

  test('a fragment that is none is passed over', () => {
    const bad = [null, 7, [], {}, { tool_call_id: 7 }].map((tool_call, i) =>
      of(i, { message_type: 'approval_request_message', tool_call }),
    );
    expect(read([...bad, stop(9, 'requires_approval'), DONE]).end).toMatchObject({ calls: [] });
  });
});

describe('after a cut', () => {
  const whole = [
    call(1, 'call-1', 'Bash', '{"a"'),
    call(2, 'call-1', '', ':1}'),
    stop(3, 'requires_approval'),
  ];

  test('PROTO-34 what was seen is passed over, and still counts for the calls', () => {
    const { chunks, end } = read([...whole, DONE], { runId: RUN, seq: 1 });
    expect(chunks.map(({ seq_id }) => seq_id)).toEqual([2, 3]);
    expect(end).toMatchObject({ calls: [{ id: 'call-1', name: 'Bash', arguments: '{"a":1}' }] });
  });

  test('PROTO-34 of another run everything is new', () => {
    const { chunks } = read([...whole, DONE], { runId: 'run-0', seq: 3 });
    expect(chunks).toHaveLength(3);
  });
});

describe('a step that does not end well', () => {
  test('PROTO-35 without an end at all was cut off', () => {
    expect(read([text(1, 'a'), DONE]).end).toMatchObject({
      type: 'step.failed',
      cause: 'hub',
      runId: RUN,
      retryable: true,
    });
  });

  test('PROTO-35 that somebody cancelled says so, whatever else it says', () => {
    const data = [failure(1, { error_type: 'llm_error', message: 'x' }), stop(2, 'cancelled'), DONE];
    expect(read(data).end).toMatchObject({ type: 'step.failed', cause: 'cancelled', retryable: false });
  });

  test.each([
    ['interrupted', 'interrupted'],
    ['llm_error', 'provider'],
    ['refused', 'provider'],
    ['', 'provider'],
    ['conversation_busy', 'refused'],
    ['duplicate', 'refused'],
    ['not_the_holder', 'refused'],
    ['otid_conflict', 'refused'],
  ])('PROTO-35 with the error %j fails as %s', (error_type, cause) => {
    const { end, chunks } = read([failure(1, { error_type, message: 'because' }), stop(2, 'error'), DONE]);
    expect(end).toMatchObject({ type: 'step.failed', cause, message: 'because', runId: RUN });
    // People see it as well.
    expect(chunks.map(({ message_type }) => message_type)).toEqual(['error_message', 'stop_reason']);
  });

  test('PROTO-48 that is busy elsewhere is no failure that people see', () => {
    const detail = 'Another request is currently being processed for this conversation. run_id=run-9';
    for (const fields of [{ message: 'CONFLICT', detail }, { detail }, { message: detail }]) {
      const data = [failure(1, { error_type: 'internal_error', ...fields }), stop(2, 'error'), DONE];
      const { end, chunks } = read(data);
      expect(end).toMatchObject({ type: 'step.failed', cause: 'busy', retryable: true });
      expect(chunks).toEqual([]);
    }
  });

  test('PROTO-35 tells whether and when it may be tried again', () => {
    const end = (fields: JsonObject) => read([failure(1, fields), DONE]).end;
    expect(end({ error_type: 'llm_error', retryable: false })).toMatchObject({ retryable: false });
    expect(end({ error_type: 'llm_error', retry_after_ms: 7000 })).toMatchObject({
      retryable: true,
      retryAfterMs: 7000,
    });
    expect(end({ error_type: 'llm_error', retry_after_ms: 'soon' })).toMatchObject({ retryAfterMs: 0 });
  });
});

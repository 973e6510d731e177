import { describe, expect, it } from 'vitest';
import { createPartReader } from '../../../../actors/models/ai-sdk/events.ts';
import type { SampleEvent } from '../../../../machines/ports.ts';
import { inputOf } from '../sampling.ts';

type Part = Parameters<ReturnType<typeof createPartReader>>[0];

const read = (...parts: Part[]): SampleEvent[] => {
  const reader = createPartReader(inputOf({ model: 'google/g' }), {
    provider: 'google',
    handle: 'google/g',
    secrets: [],
  });
  return parts.flatMap(reader);
};
const call = (over: object) =>
  ({ type: 'tool-call', toolCallId: 'a', toolName: 'Bash', input: {}, ...over }) as unknown as Part;
const end = (finishReason: string, over: object = {}) =>
  ({
    type: 'finish-step',
    finishReason,
    rawFinishReason: 'raw',
    usage: { inputTokens: 1, outputTokens: 2, totalTokens: 3, inputTokenDetails: {}, outputTokenDetails: {} },
    ...over,
  }) as unknown as Part;

describe('the parts of a step', () => {
  it('reports a call that came in one piece', () => {
    expect(read(call({ input: { command: 'ls' } }))).toEqual([
      { type: 'sample.callStarted', index: 0, providerId: 'a', name: 'Bash' },
      {
        type: 'sample.callEnded',
        index: 0,
        providerId: 'a',
        name: 'Bash',
        arguments: '{"command":"ls"}',
      },
    ]);
  });

  it('MODEL-25 keeps a text that could not be parsed, and takes none for no arguments', () => {
    const [, invalid] = read(call({ input: '{"a":', invalid: true, dynamic: true }));
    expect(invalid).toMatchObject({ arguments: '{"a":' });
    const [, , empty] = read(
      { type: 'tool-input-start', id: 'a', toolName: 'Bash' },
      { type: 'tool-input-delta', id: 'a', delta: ' ' },
      call({ input: {} }),
    ).slice(-3);
    expect(empty).toMatchObject({ type: 'sample.callEnded', arguments: '{}' });
  });

  it('numbers calls one after the other, also when the provider repeats an id', () => {
    const events = read(call({}), call({}));
    expect(events.map((event) => 'index' in event && event.index)).toEqual([0, 0, 1, 1]);
  });

  it('leaves out pieces without text, and pieces of no call', () => {
    expect(
      read(
        { type: 'text-delta', id: 't', text: '' },
        { type: 'reasoning-delta', id: 'r', text: '' },
        { type: 'tool-input-delta', id: 'none', delta: '{}' },
        { type: 'start' },
      ),
    ).toEqual([]);
  });

  it('closes a block with all that the provider said of it', () => {
    expect(
      read(
        { type: 'reasoning-start', id: 'r', providerMetadata: { google: { a: 1 } } },
        { type: 'reasoning-delta', id: 'r', text: 'hm', providerMetadata: { google: { b: 2 } } },
        { type: 'reasoning-end', id: 'r' },
      ),
    ).toEqual([
      { type: 'sample.reasoning', text: 'hm' },
      { type: 'sample.reasoning', text: '', metadata: { google: { a: 1, b: 2 } } },
    ]);
  });

  it.each([
    ['stop', {}, 'end'],
    ['tool-calls', {}, 'end'],
    ['length', {}, 'length'],
    ['content-filter', {}, 'refused'],
    ['other', {}, 'end'],
  ])('MODEL-27 ends %s %j as %s', (reason, over, stop) => {
    expect(read(end(reason, over))).toEqual([
      {
        type: 'sample.finished',
        stop,
        usage: { promptTokens: 1, completionTokens: 2, totalTokens: 3 },
      },
    ]);
  });

  it.each([['stop'], ['tool-calls'], ['other']])('MODEL-27 ends %s with calls as calls', (reason) => {
    expect(read(call({}), end(reason)).at(-1)).toMatchObject({ stop: 'calls' });
  });

  it.each([
    ['interrupted', {}],
    ['error', {}],
    ['other', { rawFinishReason: undefined }],
  ])('MODEL-32 takes the end %s %j for a broken answer', (reason, over) => {
    expect(read(end(reason, over))).toEqual([
      { type: 'sample.failed', message: 'google/g: the answer broke off.', retryable: true },
    ]);
  });

  it('a call that was begun and never ended is no call', () => {
    const events = read({ type: 'tool-input-start', id: 'a', toolName: 'Bash' }, end('length'));
    expect(events.map((event) => event.type)).toEqual(['sample.callStarted', 'sample.finished']);
    expect(events.at(-1)).toMatchObject({ stop: 'length' });
  });
});

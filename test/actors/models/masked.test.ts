import { expect, test } from 'vitest';
import { maskedSampler } from '../../../actors/models/masked.ts';
import { knownSecrets } from '../../../actors/secrets/known-secrets.ts';
import type { SampleEvent } from '../../../machines/ports.ts';
import { inputOf } from './sampling.ts';

const SECRET = 'sk-very-secret-0123456789';

async function masked(...events: SampleEvent[]): Promise<SampleEvent[]> {
  const secrets = knownSecrets({});
  secrets.add('KEY', SECRET);
  const heard: SampleEvent[] = [];
  const sampler = maskedSampler(async (_, emit) => {
    for (const event of events) emit(event);
  }, secrets);
  await sampler(
    inputOf({ model: 'demo/scripted' }),
    (event) => heard.push(event),
    new AbortController().signal,
  );
  return heard;
}
const textOf = (events: SampleEvent[], type: string): string =>
  events.flatMap((event) => (event.type === type && 'text' in event ? [event.text] : [])).join('');
const finished: SampleEvent = {
  type: 'sample.finished',
  stop: 'end',
  usage: { promptTokens: 1, completionTokens: 1, totalTokens: 2 },
};

test('MODEL-80 a known secret that a model says is masked, also when it comes in pieces', async () => {
  const pieces = [`the key is ${SECRET.slice(0, 5)}`, SECRET.slice(5, 12), `${SECRET.slice(12)}, keep it`];
  const heard = await masked(...pieces.map((text): SampleEvent => ({ type: 'sample.text', text })), finished);
  expect(textOf(heard, 'sample.text')).toBe('the key is [secret KEY], keep it');
  expect(heard.at(-1)).toEqual(finished);
});

test('MODEL-80 it is masked in reasoning and in the arguments of calls', async () => {
  const heard = await masked(
    { type: 'sample.reasoning', text: `think ${SECRET}` },
    { type: 'sample.callStarted', index: 0, providerId: 'p', name: 'Bash' },
    { type: 'sample.callArguments', index: 0, text: `{"command":"echo ${SECRET.slice(0, 8)}` },
    { type: 'sample.callArguments', index: 0, text: `${SECRET.slice(8)}"}` },
    {
      type: 'sample.callEnded',
      index: 0,
      providerId: 'p',
      name: 'Bash',
      arguments: `{"command":"echo ${SECRET}"}`,
    },
    finished,
  );
  expect(JSON.stringify(heard)).not.toContain(SECRET.slice(0, 12));
  expect(textOf(heard, 'sample.callArguments')).toBe('{"command":"echo [secret KEY]"}');
});

test('MODEL-81 what only looks like the beginning of a secret is told, in order and whole', async () => {
  const heard = await masked(
    { type: 'sample.text', text: 'see sk-v' },
    { type: 'sample.reasoning', text: 'hm', metadata: { signature: 's' } },
    { type: 'sample.text', text: 'ery good' },
    finished,
  );
  expect(textOf(heard, 'sample.text')).toBe('see sk-very good');
  expect(heard.at(-1)).toEqual(finished);
});

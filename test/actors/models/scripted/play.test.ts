import { describe, expect, it } from 'vitest';
import { playScripted } from '../../../../actors/models/scripted/play.ts';
import type { PromptMessage, SampleEvent } from '../../../../machines/ports.ts';
import { assistantOf, inputOf, joined, resultsOf, sampleAll } from '../sampling.ts';
import { namesOf, play, playTurn, said, script, user } from './play-turn.ts';

describe('demo/scripted plays a script', () => {
  it('MODEL-65 says and thinks in several chunks that join to the text', async () => {
    const events = await play([script('think Looking around', 'say Two things to check.')]);
    expect(events.slice(0, -1)).toEqual([
      { type: 'sample.reasoning', text: 'Looking' },
      { type: 'sample.reasoning', text: ' around' },
      { type: 'sample.text', text: 'Two' },
      { type: 'sample.text', text: ' things' },
      { type: 'sample.text', text: ' to' },
      { type: 'sample.text', text: ' check.' },
    ]);
  });

  it('begins a line of the answer with each say, and of the reasoning with each think', async () => {
    const events = await play([script('say one', 'think a', 'say two', 'think b', 'say', 'say three')]);
    expect(said(events)).toBe('one\ntwo\n\nthree');
    expect(joined(events, 'sample.reasoning')).toBe('a\nb');
  });

  it('MODEL-66 calls the tools of a step as one batch, with ids that tell step and place', async () => {
    const [first, second] = await playTurn(
      script(
        'call Bash {"command": "ls -l"}',
        'say and',
        'call Read {"file_path":"a"}',
        '---',
        'call Glob {}',
      ),
    );
    expect(first?.filter((event) => event.type === 'sample.callStarted')).toEqual([
      { type: 'sample.callStarted', index: 0, providerId: 'demo-0-0', name: 'Bash' },
      { type: 'sample.callStarted', index: 1, providerId: 'demo-0-1', name: 'Read' },
    ]);
    expect(first?.filter((event) => event.type === 'sample.callEnded')).toEqual([
      {
        type: 'sample.callEnded',
        index: 0,
        providerId: 'demo-0-0',
        name: 'Bash',
        arguments: '{"command": "ls -l"}',
      },
      {
        type: 'sample.callEnded',
        index: 1,
        providerId: 'demo-0-1',
        name: 'Read',
        arguments: '{"file_path":"a"}',
      },
    ]);
    const pieces = first?.flatMap((event) =>
      event.type === 'sample.callArguments' && event.index === 0 ? event.text : [],
    );
    expect(pieces?.join('')).toBe('{"command": "ls -l"}');
    expect(pieces?.length).toBeGreaterThan(1);
    expect(first?.at(-1)).toMatchObject({ type: 'sample.finished', stop: 'calls' });
    expect(second).toContainEqual({
      type: 'sample.callStarted',
      index: 0,
      providerId: 'demo-1-0',
      name: 'Glob',
    });
  });

  it('MODEL-67 ends a step without calls as the end of the turn', async () => {
    expect((await play([script('say done')])).at(-1)).toMatchObject({ type: 'sample.finished', stop: 'end' });
    expect(await play([script()])).toMatchObject([{ type: 'sample.finished', stop: 'end' }]);
  });

  it('MODEL-67 answers nothing when the script is over', async () => {
    const steps = await playTurn(script('call Bash {}'));
    expect(steps).toHaveLength(2);
    expect(steps[1]).toMatchObject([{ type: 'sample.finished', stop: 'end' }]);
  });

  it('MODEL-68 plays a step without calls together with the one after it', async () => {
    const steps = await playTurn(
      script('say one', '---', 'say two', '---', 'call Bash {}', '---', 'say {{1}}', '---', 'say three'),
    );
    expect(steps.map(said)).toEqual(['one\ntwo', 'result 1\nthree']);
    expect(steps.map(namesOf)).toEqual([['Bash'], []]);
  });

  it('counts four characters a token', async () => {
    const events = await sampleAll(
      playScripted,
      inputOf({ model: 'demo/scripted', system: '1234', messages: [script('say 12345678', 'call A {}')] }),
    );
    const promptTokens = Math.ceil((4 + '#script\nsay 12345678\ncall A {}'.length) / 4);
    const completionTokens = Math.ceil(('12345678'.length + '{}'.length) / 4);
    expect(events.at(-1)).toMatchObject({
      usage: { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens },
    });
  });

  it('gives the same events for the same prompt', async () => {
    const prompt = [script('think a', 'say b {{1}}', 'call Bash {}')];
    expect(await play(prompt)).toEqual(await play(prompt));
  });
});

describe('MODEL-69 {{n}} is the result of the n-th call of the step before', () => {
  it('MODEL-69 in the order of the calls, whatever the order of the results', async () => {
    const messages = [script('call A {}', 'call B {}', '---', 'say {{2}}, {{1}}, {{2}}', 'think {{1}}')];
    const assistant = assistantOf(await play(messages));
    const [first, second] = resultsOf(assistant, ['one', 'two {{1}}']).results;
    const tool = (results: (typeof first)[]): PromptMessage => ({
      role: 'tool',
      turn: 't1',
      results: results.flatMap((result) => result ?? []),
    });
    const events = await play([...messages, assistant, tool([second]), tool([first])]);
    expect(said(events)).toBe('two {{1}}, one, two {{1}}');
    expect(joined(events, 'sample.reasoning')).toBe('one');
  });

  it('MODEL-69 leaves a visible note where there is no such result', async () => {
    const [first, second] = await playTurn(
      script('say {{1}} {{0}}', 'call A {}', '---', 'say {{1}} {{9}} {{x}} {{-1}}'),
    );
    expect(said(first)).toBe('[no result 1] [no result 0]');
    expect(said(second)).toBe('result 1 [no result 9] {{x}} {{-1}}');
  });

  it('MODEL-69 takes no result of an earlier step or turn', async () => {
    const steps = await playTurn(
      script('call A {}', 'call B {}', '---', 'call C {}', '---', 'say {{1}} {{2}}'),
    );
    expect(said(steps[2])).toBe('result 3 [no result 2]');
    const earlier = [script('call A {}')];
    const assistant = assistantOf(await play(earlier));
    const events = await play([
      ...earlier,
      assistant,
      resultsOf(assistant, ['old']),
      user('#script\nsay {{1}}', 't2'),
    ]);
    expect(said(events)).toBe('[no result 1]');
  });

  it('leaves the arguments of a call alone', async () => {
    const [, second] = await playTurn(script('call A {}', '---', 'call B {"x":"{{1}}"}'));
    expect(second?.find((event) => event.type === 'sample.callEnded')).toMatchObject({
      arguments: '{"x":"{{1}}"}',
    });
  });
});

describe('fail', () => {
  it.each([
    [429, true],
    [500, true],
    [503, true],
    [529, true],
    [400, false],
    [401, false],
    [404, false],
    [422, false],
  ])('MODEL-74 with %i ends the step as a provider would, retryable: %s', async (status, retryable) => {
    const prompt = [script('say before', `fail ${status} over loaded`, 'say after', 'call A {}')];
    const events = await play(prompt);
    expect(said(events)).toBe('before');
    expect(events.at(-1)).toEqual({ type: 'sample.failed', message: 'over loaded', status, retryable });
    expect(await play(prompt)).toEqual(events);
  });
});

describe('sleep', () => {
  it('MODEL-76 lets its time pass before the next line', async () => {
    let passed = false;
    setTimeout(() => {
      passed = true;
    }, 1);
    const events = await sampleAll(
      playScripted,
      inputOf({ model: 'demo/scripted', messages: [script('say a', 'sleep 40', 'say b')] }),
      { onEvent: (event) => event.type === 'sample.text' && expect(passed).toBe(event.text !== 'a') },
    );
    expect(said(events)).toBe('a\nb');
  });

  it('MODEL-75 ends at once when it is aborted, and says no more', async () => {
    const abort = new AbortController();
    const events: SampleEvent[] = [];
    const playing = playScripted(
      inputOf({ model: 'demo/scripted', messages: [script('say a', 'sleep 2000000000', 'say b')] }),
      (event) => {
        events.push(event);
        queueMicrotask(() => abort.abort());
      },
      abort.signal,
    );
    await playing;
    expect(events).toEqual([{ type: 'sample.text', text: 'a' }]);
  });

  it('MODEL-75 says nothing when it was aborted before', async () => {
    expect(await play([script('say a', 'sleep 2000000000')], AbortSignal.abort())).toEqual([]);
    expect(await play([script()], AbortSignal.abort())).toEqual([]);
  });

  it('MODEL-75 stops in the middle of a text and of arguments', async () => {
    for (const line of ['say a b c', 'call A [1, 2, 3]']) {
      const abort = new AbortController();
      const events = await sampleAll(
        playScripted,
        inputOf({ model: 'demo/scripted', messages: [script(line)] }),
        {
          signal: abort.signal,
          onEvent: (event) => event.type !== 'sample.callStarted' && abort.abort(),
        },
      );
      expect(events.filter((event) => event.type !== 'sample.callStarted')).toHaveLength(1);
    }
  });
});

it('MODEL-77 a long script lets others run meanwhile', async () => {
  let ran = false;
  setImmediate(() => {
    ran = true;
  });
  const events = await play([script(`say ${'word '.repeat(2000)}`)]);
  expect(ran).toBe(true);
  expect(said(events)).toBe('word '.repeat(2000).trim());
});

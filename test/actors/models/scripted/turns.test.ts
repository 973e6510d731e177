import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { namesOf, play, playTurn, said, script, user } from './play-turn.ts';

describe('a turn of several messages', () => {
  it('MODEL-70 plays its scripts one after the other', async () => {
    const steps = await playTurn(
      script('say a', 'call A {}', '---', 'say b {{1}}'),
      script('say c', 'call C {}', '---', 'say d {{1}}'),
      script('say e'),
    );
    expect(steps.map(said)).toEqual(['a', 'b result 1\nc', 'd result 2\ne']);
    expect(steps.map(namesOf)).toEqual([['A'], ['C'], []]);
  });

  it('MODEL-71 answers each plain text between them in one line', async () => {
    const steps = await playTurn(
      script('call A {}'),
      user('what\nabout {{1}}?'),
      script('say {{1}}'),
      user('thanks'),
    );
    expect(said(steps[1])).toBe(
      [
        '"what about {{1}}?" is no script; the demo model only plays scripts.',
        'result 1',
        '"thanks" is no script; the demo model only plays scripts.',
      ].join('\n'),
    );
  });

  it('MODEL-72 plays the scripts of the last turn only', async () => {
    const events = await play([
      script('say old', 'call A {}'),
      { role: 'assistant', turn: 't1', text: 'old', reasoning: [], calls: [] },
      user('#script\nsay new', 't2'),
    ]);
    expect(said(events)).toBe('new');
  });

  it('reads a script from the text parts of a message', async () => {
    const content = [
      { type: 'image' as const, data: 'AAAA', mediaType: 'image/png' },
      { type: 'text' as const, text: '#script\nsay ' },
      { type: 'text' as const, text: 'seen' },
    ];
    expect(said(await play([{ role: 'user', turn: 't1', content }]))).toBe('seen');
  });
});

describe('demo/scripted without a script', () => {
  it('MODEL-73 explains itself, a script and how to get a real model, in several chunks', async () => {
    const events = await play([user('what can you do?')]);
    const text = said(events);
    expect(events.length).toBeGreaterThan(10);
    for (const part of [
      'demo/scripted',
      '#script',
      'call Bash {"command":"ls"}',
      'ANTHROPIC_API_KEY',
      'OPENAI_API_KEY',
      'GOOGLE_GENERATIVE_AI_API_KEY',
      'OPENAI_COMPATIBLE_BASE_URL',
      'SIGNALBOX_MODEL',
    ]) {
      expect(text).toContain(part);
    }
    expect(events.at(-1)).toMatchObject({ stop: 'end' });
  });

  it('MODEL-73 explains itself once for several plain texts, and also to nobody', async () => {
    const once = said(await play([user('one')]));
    expect(said(await play([user('one'), user('two'), user('three')]))).toBe(once);
    expect(said(await play([]))).toBe(once);
  });

  it('the script that it shows can be played', async () => {
    const text = said(await play([user('help')]));
    const shown = text.slice(text.indexOf('#script'), text.lastIndexOf('```'));
    const steps = await playTurn(user(shown.trimEnd()));
    expect(steps.map(said)).toEqual(['Let me look.', 'The listing was: result 1']);
  });
});

describe('a script with a mistake', () => {
  it('MODEL-62 is answered with the number and the text of the line, and plays nothing', async () => {
    const steps = await playTurn(
      script('say fine', 'shout {{1}} loudly', 'call A {}'),
      script('say still here'),
    );
    expect(steps.map(said)).toEqual([
      [
        'The script has a mistake in line 3: a line begins with think, say, call, sleep or fail, or is ---.',
        '3: shout {{1}} loudly',
        'still here',
      ].join('\n'),
    ]);
  });

  it('shows no more than a part of a long line', async () => {
    const text = said(await play([script('x'.repeat(50_000))]));
    expect(text.length).toBeLessThan(500);
  });
});

describe('whatever is written', () => {
  const verb = fc.constantFrom(
    'say',
    'think',
    'call A',
    'call A {}',
    'fail 429',
    '---',
    'sleep 0',
    '#script',
  );
  const line = fc.oneof(
    fc.string(),
    fc.tuple(verb, fc.string()).map(([a, b]) => `${a} ${b}`),
    verb,
  );
  const message = fc.oneof(
    fc.string(),
    fc.array(line).map((lines) => lines.join('\n')),
    fc.array(line).map((lines) => ['#script', ...lines].join('\n')),
  );

  it('MODEL-63 a turn ends, each step with exactly one end, and every step says only what it must', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 4 }), async (messages) => {
        const steps = await playTurn(...messages.map((text) => user(text)));
        for (const events of steps) {
          const ends = events.filter(({ type }) => type === 'sample.finished' || type === 'sample.failed');
          expect(ends).toEqual([events.at(-1)]);
          const started = events.filter(({ type }) => type === 'sample.callStarted').length;
          const ended = events.filter(({ type }) => type === 'sample.callEnded').length;
          expect(ended).toBe(started);
        }
      }),
      { numRuns: 60 },
    );
  });
});

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { messageText, STATELY_VERSION, type StatelyMessage } from '../../../inspector/stately/message.ts';

const about = { sessionId: 'actor-1', rootId: 'actor-1', id: '1', createdAt: '0', _version: STATELY_VERSION };
const snapshot = (context: unknown): StatelyMessage => ({
  ...about,
  type: '@xstate.snapshot',
  event: { type: 'tea.poured', context },
  snapshot: { status: 'active', value: 'full', context },
});

it('INSP-30 the format is that of the package', () => {
  const entry = createRequire(import.meta.url).resolve('@statelyai/inspect');
  const { version } = JSON.parse(readFileSync(join(dirname(entry), '../package.json'), 'utf8'));
  expect(STATELY_VERSION).toBe(version);
});

it('INSP-32 a message that is too long, or no JSON, is told without its body', () => {
  const circle: Record<string, unknown> = {};
  circle.again = circle;
  for (const [context, why] of [
    ['x'.repeat(600_000), /^left out: it has 1200\d+ characters$/],
    [circle, /^left out: it is no JSON$/],
    [
      {
        toJSON: () => {
          throw new Error('no');
        },
      },
      /^left out: it is no JSON$/,
    ],
  ] as const) {
    const text = messageText(snapshot(context));
    expect(text.length).toBeLessThan(1_000);
    expect(JSON.parse(text)).toMatchObject({
      ...about,
      type: '@xstate.snapshot',
      event: { type: 'tea.poured', body: expect.stringMatching(why) },
      snapshot: { status: 'active', value: 'full', context: { body: expect.stringMatching(why) } },
    });
  }
});

it('INSP-30 an Error is told by its name and message, a BigInt by its digits', () => {
  expect(JSON.parse(messageText(snapshot({ error: new TypeError('cold'), size: 5n })))).toMatchObject({
    snapshot: { context: { error: { name: 'TypeError', message: 'cold' }, size: '5' } },
  });
});

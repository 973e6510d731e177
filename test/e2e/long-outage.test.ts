import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import type { Frame } from '../hub/relay/frames.ts';
import { ended, Stand, script, until } from './support/stand.ts';

/** A minute of the host lasts a second (see docs/chaos.md). */
const SHORT_CLOCK = new URL('../chaos/short-clock.ts', import.meta.url).pathname;
const env = { NODE_OPTIONS: `--import ${pathToFileURL(SHORT_CLOCK).href}`, SHORT_CLOCK: '60' };

const TALK = script(
  'say Before the outage.',
  'call Bash {"command":"echo begun; while [ ! -e go ]; do sleep 0.05; done; echo over"}',
  '---',
  'say While nobody hears: one two three four.',
);

let stand: Stand;
afterEach(() => stand.close());

const chunksOf = (frames: readonly Frame[]): string[] =>
  frames.flatMap(({ delta }) => {
    const { run_id, seq_id } = (delta ?? {}) as { run_id?: string; seq_id?: number };
    return seq_id === undefined ? [] : [`${run_id} ${seq_id}`];
  });

test('G-22 D5 over six minutes without a link, and a new registration, a turn goes on and every delta arrives', async () => {
  stand = await Stand.open({ mode: 'unrestricted', env });
  const conversation = await stand.conversation();
  const session = await stand.session(conversation);
  const query = { agentId: stand.agentId, conversationId: conversation };
  const frames = (await stand.socket({ isForeign: true, query })).frames;
  const { clientMessageId } = await session.send(TALK);
  await until(session, ({ loopStatus }) => loopStatus?.status === 'EXECUTING_CLIENT_SIDE_TOOL');
  stand.link.cut();
  // It registers anew after five minutes of outage, and again after five more.
  await expect.poll(() => stand.link.missed.size).toBe(2);
  stand.touch('go');
  const said = async () => (await stand.client.messages.list(conversation)).map(({ content }) => content);
  await expect.poll(async () => (await said()).join()).toContain('one two three four');
  await expect.poll(() => stand.link.missed.size).toBe(3);
  stand.link.restore();
  expect(await ended(session, clientMessageId)).toBe('end_turn');
  await frames.next('turn_finished');
  const chunks = chunksOf(frames.all);
  expect(new Set(chunks).size).toBe(chunks.length);
  const texts = session.view().entries.flatMap((entry) => (entry.kind === 'assistant' ? [entry.text] : []));
  expect(texts).toEqual(['Before the outage.', 'While nobody hears: one two three four.']);
  expect(session.view().entries.filter(({ kind }) => kind === 'tool')).toMatchObject([
    { state: 'succeeded' },
  ]);
});

import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, expect, test } from 'vitest';
import { ended, type HubProcess, hubProcess, Stand, script, until, writes } from '../support/stand.ts';

const HOUR_MS = 3_600_000;
const PRELOAD = pathToFileURL(join(import.meta.dirname, '..', '..', 'support', 'shifted-clock.ts')).href;
const env = { NODE_OPTIONS: `--import ${PRELOAD}`, CLOCK_SHIFT_MS: String(-HOUR_MS) };

let stand: Stand;
afterEach(() => stand.close());

test('BOUND-6 a clock that is set back by an hour delays, reorders and loses nothing', async () => {
  const options = { approvalLimitMs: 800, env };
  const hub = Promise.withResolvers<HubProcess>();
  stand = await Stand.open({
    ...options,
    async hub(home) {
      const started = await hubProcess(home, { env });
      hub.resolve(started);
      return started;
    },
  });
  const { process: hubSide } = await hub.promise;
  const conversation = await stand.conversation();
  const session = await stand.session(conversation);
  const asking = await session.send(script(writes('unanswered')));
  await until(session, ({ approvals }) => approvals.length === 1);
  const queued = await session.send('first said after it');
  const before = (await stand.client.environments.get('laptop')).lastSeenAt;
  hubSide.child.kill('SIGUSR2');
  process.kill(stand.hostPid, 'SIGUSR2');
  // What either of them dates from here on is of an hour ago.
  const hourAgo = before - HOUR_MS / 2;
  const agentMade = async () =>
    Date.parse(String((await stand.client.agents.create({ name: 'later' })).created_at));
  await expect.poll(agentMade).toBeLessThan(hourAgo);
  let said = Number.POSITIVE_INFINITY;
  session.subscribe(({ frame }) => {
    if (typeof frame?.emitted_at === 'string') said = Date.parse(frame.emitted_at);
  });
  await expect.poll(() => session.sync().then(() => said)).toBeLessThan(hourAgo);

  // A limit that runs, runs on; one that begins now ends as well.
  expect(await ended(session, asking.clientMessageId)).toBe('end_turn');
  expect(await ended(session, queued.clientMessageId)).toBe('end_turn');
  expect(await ended(session, (await session.send(script(writes('unanswered')))).clientMessageId)).toBe(
    'end_turn',
  );
  expect(stand.lines()).toEqual([]);

  // A link that breaks comes back, and what was held meanwhile is handed over and kept in its order.
  stand.link.cut();
  await until(session, ({ environment }) => environment?.status === 'offline');
  const held = await session.send('held');
  expect(held).toMatchObject({ ok: true, held: expect.anything() });
  const short = await session.send('gone soon');
  expect((await session.withdraw(short.clientMessageId)).status).toBe('withdrawn');
  stand.link.restore();
  expect(await ended(session, held.clientMessageId)).toBe('end_turn');
  const messages = await stand.client.messages.list(conversation, { order: 'asc' });
  const prompts = messages
    .filter(({ message_type }) => message_type === 'user_message')
    .map(({ content }) => content);
  expect(prompts.slice(-1)).toEqual(['held']);
  expect(prompts.indexOf('first said after it')).toBe(1);

  // Tokens made before and after are good; a restart finds everything and stays behind the newest log.
  const { token } = await stand.client.tokens.create({ person: 'Ada', right: 'read' });
  expect(token).toBeTruthy();
  await stand.killHost();
  await stand.startHost(options);
  await until(session, ({ environment }) => environment?.status === 'online');
  expect(await ended(session, (await session.send('after all')).clientMessageId)).toBe('end_turn');
});

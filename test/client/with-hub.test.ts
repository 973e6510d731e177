import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { LOCAL_HUB, readToken } from '../../actors/credentials.ts';
import { type Client, createClient, type Entry, isBusy, type Session } from '../../src/client/index.ts';
import { TempHome } from '../support/temp-server.ts';

let place: TempHome;
let client: Client;
let url: string;
let token: string;
let agentId: string;
const sessions: Session[] = [];
const sockets: WebSocket[] = [];

/** Lets a test cut the line of one client. */
class CuttableSocket extends WebSocket {
  constructor(...args: ConstructorParameters<typeof WebSocket>) {
    super(...args);
    sockets.push(this);
  }
}

beforeAll(async () => {
  place = new TempHome();
  await place.startServer(['--env-name', 'laptop']);
  url = await place.hubUrl();
  const read = readToken(place.home, LOCAL_HUB);
  token = (read.ok && read.token) || '';
  client = createClient({ url, token });
  agentId = (await client.agents.create({ name: 'tester' })).id;
});
afterEach(() => {
  for (const session of sessions.splice(0)) session.close();
  sockets.length = 0;
});
afterAll(() => place.remove());

const newConversation = async () => (await client.conversations.create(agentId)).id;
async function open(conversation: string, from = client): Promise<Session> {
  const session = from.session({ conversation });
  sessions.push(session);
  await session.ready;
  return session;
}
const script = (...lines: string[]) => ['#script', ...lines].join('\n');

function until(session: Session, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = session.subscribe(() => look());
    const look = () => {
      if (!isSo()) return;
      unsubscribe();
      resolve();
    };
    look();
  });
}

/** Sends, allows whatever asks, and waits for the end; the answer is the stop reason. */
async function runTurn(session: Session, text: string): Promise<string | undefined> {
  const answered = new Set<string>();
  const unsubscribe = session.subscribe(({ view }) => {
    for (const { requestId } of view.approvals) {
      if (answered.has(requestId)) continue;
      answered.add(requestId);
      void session.answer(requestId, { behavior: 'allow' });
    }
  });
  const { clientMessageId, ok, error } = await session.send(text);
  expect({ ok, error }).toEqual({ ok: true, error: null });
  await until(session, () => session.view().results[clientMessageId] !== undefined);
  unsubscribe();
  return session.view().results[clientMessageId]?.stopReason;
}

const durable = (session: Session) => session.view().entries.filter(({ kind }) => kind !== 'note');
/** What the hub's transcript holds of an entry. Who decided on a call is told once. */
const stored = (entry: Entry) => {
  if (entry.kind === 'tool') return { ...entry, decision: null, edited: null };
  return entry.kind === 'user' ? { ...entry, by: null } : entry;
};

test('SDK-40 a client that comes late shows what one that watched everything shows', async () => {
  const conversation = await newConversation();
  const watcher = await open(conversation);
  expect(await runTurn(watcher, 'hello')).toBe('end_turn');
  const calls = ['call Bash {"command":"echo one"}', 'call Bash {"command":"echo two >&2; exit 3"}'];
  const text = script(
    'think Hm',
    'say Two calls.',
    ...calls,
    'call Read {"file_path":"x"}',
    '---',
    'say {{1}} {{2}}',
  );
  expect(await runTurn(watcher, text)).toBe('end_turn');
  const late = await open(conversation);
  expect(durable(late).map(stored)).toEqual(durable(watcher).map(stored));
  expect(durable(watcher).map(({ kind }) => kind)).toEqual([
    ...['user', 'assistant', 'user', 'reasoning', 'assistant', 'tool', 'tool', 'tool', 'assistant'],
  ]);
});

test('SDK-41 a client that is cut off in mid-stream misses nothing', async () => {
  const conversation = await newConversation();
  const steady = await open(conversation);
  const shaky = await open(conversation, createClient({ url, token, WebSocket: CuttableSocket }));
  const text = script(
    'say One two three four five six.',
    'sleep 700',
    'say Seven eight nine.',
    'call Glob {"pattern":"*"}',
    '---',
    'say End.',
  );
  const turn = runTurn(steady, text);
  await until(shaky, () => shaky.view().entries.some((entry) => entry.kind === 'assistant'));
  sockets.at(-1)?.close();
  await until(shaky, () => shaky.view().link === 'settling');
  expect(await turn).toBe('end_turn');
  await until(shaky, () => shaky.view().link === 'live' && shaky.view().lastTurn !== null);
  expect(sockets).toHaveLength(2);
  expect(shaky.view()).toEqual(steady.view());
});

test('SDK-42 of two answers to one approval the first counts, and the other is told who decided what', async () => {
  const conversation = await newConversation();
  const [one, two] = [await open(conversation), await open(conversation)];
  await one.send(script('call Bash {"command":"echo asked"}', '---', 'say {{1}}'));
  await Promise.all([one, two].map((session) => until(session, () => session.view().approvals.length === 1)));
  const requestId = one.view().approvals[0]?.requestId ?? '';
  const edited = { behavior: 'allow', updatedInput: { command: 'echo edited' } } as const;
  expect(await one.answer(requestId, edited)).toMatchObject({ ok: true });
  expect(await one.answer(requestId, edited)).toMatchObject({ ok: true });
  const late = await two.answer(requestId, { behavior: 'deny', message: 'no' });
  expect(late).toMatchObject({ ok: false, decided: { behavior: 'allow' } });
  await until(two, () => two.view().lastTurn !== null);
  const tool = two.view().entries.find((entry) => entry.kind === 'tool');
  expect(tool).toMatchObject({
    edited: '{"command":"echo edited"}',
    state: 'succeeded',
    decision: { behavior: 'allow' },
  });
  expect(two.view().entries.at(-1)).toMatchObject({
    kind: 'assistant',
    text: expect.stringContaining('edited'),
  });
});

test('SDK-43 what is queued is shown, can be taken out, and runs as one turn in order', async () => {
  const session = await open(await newConversation());
  const first = await session.send(script('sleep 1500', 'say first'));
  await until(session, () => isBusy(session.view()));
  const sent = [];
  for (const text of ['one', 'two', 'three', 'four', 'five']) sent.push(await session.send(text));
  expect(session.view().queue.map(({ content }) => content)).toEqual(['one', 'two', 'three', 'four', 'five']);
  expect(await session.removeQueued(session.view().queue[1]?.id ?? '')).toMatchObject({ ok: true });
  expect(await session.withdraw(sent[3]?.clientMessageId ?? '')).toMatchObject({
    ok: true,
    status: 'withdrawn',
  });
  const last = sent[4]?.clientMessageId ?? '';
  await until(session, () => session.view().results[last] !== undefined);
  const { results, entries } = session.view();
  const turnIds = sent.map(({ clientMessageId }) => results[clientMessageId]?.turnId);
  expect(turnIds).toEqual([turnIds[0], null, turnIds[0], null, turnIds[0]]);
  expect(results[first.clientMessageId]?.turnId).not.toBe(turnIds[0]);
  const texts = entries.flatMap((entry) => (entry.kind === 'user' ? [entry.text] : []));
  expect(texts.slice(1)).toEqual(['one', 'three', 'five']);
});

test('SDK-44 an abort stops what runs; what waited goes on when it is resumed', async () => {
  const session = await open(await newConversation());
  const first = await session.send(script('sleep 60000', 'say never'));
  await until(session, () => isBusy(session.view()));
  const second = await session.send('after it');
  expect(await session.abort()).toMatchObject({ ok: true, aborted: true });
  await until(session, () => session.view().results[first.clientMessageId] !== undefined);
  expect(session.view().results[first.clientMessageId]?.stopReason).toBe('cancelled');
  expect(session.view().queue).toMatchObject([{ content: 'after it', paused: true }]);
  expect(await session.resumeQueue()).toMatchObject({ ok: true });
  await until(session, () => session.view().results[second.clientMessageId] !== undefined);
  expect(await session.abort()).toMatchObject({ ok: true, aborted: false });
});

test('SDK-45 mode and directory are changed for everybody; what cannot be is refused with the reason', async () => {
  const conversation = await newConversation();
  const [one, two] = [await open(conversation), await open(conversation)];
  expect(await one.setMode('acceptEdits')).toMatchObject({ ok: true });
  expect(await one.setCwd('/')).toMatchObject({ ok: true });
  await until(two, () => two.view().deviceStatus?.current_working_directory === '/');
  expect(two.view().deviceStatus?.current_permission_mode).toBe('acceptEdits');
  expect(await one.setCwd('/nowhere/at/all')).toMatchObject({
    ok: false,
    error: expect.stringContaining('/nowhere'),
  });
});

test('SDK-46 a message for a host that is away is kept by the hub, shown as held, and can be taken back', async () => {
  const away = await place.start(['server', '--env-name', 'away'], { cwd: place.root });
  await away.says('Ready.');
  await away.stop('SIGTERM');
  const conversation = await newConversation();
  const session = client.session({ environment: 'away', conversation });
  sessions.push(session);
  await session.ready;
  await until(session, () => session.view().environment?.status === 'offline');
  const sent = await session.send('for later');
  expect(sent).toMatchObject({ ok: true, held: { until: expect.any(String) } });
  await until(session, () => session.view().held.length === 1);
  expect(session.view().held).toMatchObject([{ kind: 'input', id: sent.clientMessageId }]);
  expect(await session.withdraw(sent.clientMessageId)).toMatchObject({ ok: true, status: 'withdrawn' });
  await until(session, () => session.view().held.length === 0);
  expect(session.view().results[sent.clientMessageId]?.stopReason).toBe('withdrawn');
});

test.each([9, 30])(
  'SDK-48 a message of %i million characters is refused, and the session stays',
  async (millions) => {
    const session = await open(await newConversation());
    const refused = await session.send('…'.repeat(millions * 1_000_000));
    expect(refused).toMatchObject({ ok: false, error: expect.stringContaining('the limit is') });
    expect(session.view().link).toBe('live');
  },
);

test('SDK-47 a token that may only read reads, is refused the rest, and once revoked ends the session', async () => {
  const made = await client.tokens.create({ person: 'reader', right: 'read' });
  const reader = createClient({ url, token: made.token, WebSocket: CuttableSocket });
  const session = await open(await newConversation(), reader);
  const sent = await session.send('hello');
  expect(sent).toMatchObject({ ok: false, error: expect.stringContaining('"send"') });
  await client.tokens.revoke(made.id);
  await expect(reader.agents.list()).rejects.toMatchObject({ name: 'ApiError', status: 401 });
  sockets.at(-1)?.close();
  await vi.waitFor(() => {
    session.probe();
    expect(session.view().link).toBe('refused');
  }, 10_000);
});

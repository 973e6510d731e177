import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type HubStore,
  type Page,
  RUNS_WITH_CHUNKS,
  type RunFinish,
} from '../../../src/hub/store/hub-store.ts';
import type {
  AgentRow,
  ConversationRow,
  Lease,
  NewMessage,
  NewRun,
  OpenCalls,
} from '../../../src/hub/store/rows.ts';

/** A store under test, and the same store opened anew, as after the end of the process. */
export interface StoreUnderTest {
  store: HubStore;
  reopen(): Promise<HubStore>;
  close(): Promise<void>;
}

export const agentRow = (id: string, more: Partial<AgentRow> = {}): AgentRow => ({
  id,
  name: `name of ${id}`,
  model: null,
  system: 'Be brief.',
  description: null,
  tags: [],
  blocks: [],
  metadata: {},
  modelSettings: null,
  contextWindowLimit: null,
  createdAt: 1_000,
  updatedAt: 1_000,
  createdBy: 'token-1',
  extra: { timezone: 'UTC' },
  ...more,
});

export const conversationRow = (
  id: string,
  agentId: string,
  more: Partial<ConversationRow> = {},
): ConversationRow => ({
  key: id,
  id,
  agentId,
  summary: null,
  description: null,
  model: null,
  modelSettings: null,
  contextWindowLimit: null,
  archivedAt: null,
  createdAt: 1_000,
  updatedAt: 1_000,
  lastMessageAt: null,
  createdBy: null,
  lease: null,
  openCalls: null,
  cut: 1,
  charsPerToken: null,
  ...more,
});

export const messageRow = (id: string, more: Partial<NewMessage> = {}): NewMessage => ({
  id,
  kind: 'user_message',
  otid: null,
  turnId: 'turn-1',
  runId: null,
  environment: null,
  sender: null,
  at: 2_000,
  body: { content: `text of ${id}` },
  hidden: null,
  print: 'p',
  ...more,
});

export const runRow = (id: string, conversation: string, more: Partial<NewRun> = {}): NewRun => ({
  id,
  conversation,
  conversationId: conversation,
  agentId: 'agent-1',
  key: null,
  turnId: 'turn-1',
  environment: null,
  generation: null,
  model: 'demo/scripted',
  createdAt: 3_000,
  ...more,
});

export const finish = (runId: string, more: Partial<RunFinish> = {}): RunFinish => ({
  runId,
  status: 'completed',
  stopReason: 'end_turn',
  error: null,
  usage: null,
  at: 4_000,
  messages: [],
  chunks: null,
  openCalls: null,
  release: true,
  prompt: null,
  ...more,
});

const lease: Lease = { turnId: 'turn-1', environment: 'env-1', generation: 3 };
const calls: OpenCalls = {
  runId: 'run-1',
  turnId: 'turn-1',
  environment: 'env-1',
  calls: [{ id: 'call-1-1', providerId: 'p1', name: 'Bash' }],
  cancelled: false,
};
const page = (more: Partial<Page> = {}): Page => ({ limit: 50, order: 'asc', ...more });

/** What every store of the hub must do. */
export function hubStoreSuite(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(name, () => {
    let under: StoreUnderTest;
    let store: HubStore;
    beforeEach(async () => {
      under = await open();
      store = under.store;
    });
    afterEach(() => under.close());

    const ids = async (listing: ReturnType<HubStore['listAgents'] | HubStore['listMessages']>) => {
      const listed = await listing;
      return listed.ok ? listed.rows.map(({ id }: { id: string }) => id) : `unknown ${listed.unknownCursor}`;
    };
    /** Agent `agent-1` with conversation `conv-1`. */
    const ground = async (): Promise<void> => {
      await store.createAgent(agentRow('agent-1'));
      await store.createConversation(conversationRow('conv-1', 'agent-1'));
    };
    const begin = (run: NewRun, messages: NewMessage[] = [], again = false) =>
      store.beginRun({ run, messages, lease: { ...lease, turnId: run.turnId }, again });

    describe('agents', () => {
      test('are kept as they were given, with a default conversation of their own', async () => {
        const agent = agentRow('agent-1', {
          tags: ['a'],
          blocks: [{ id: 'block-1', label: 'persona', value: 'x', limit: 5 }],
        });
        await store.createAgent(agent);
        await store.durable();
        const again = await under.reopen();
        expect(again.agent('agent-1')).toEqual(agent);
        expect(again.agent('agent-2')).toBeNull();
        expect(again.conversation('default:agent-1')).toMatchObject({ id: 'default', agentId: 'agent-1' });
      });

      test('change, and say when there is none to change', async () => {
        await store.createAgent(agentRow('agent-1'));
        expect(await store.updateAgent(agentRow('agent-1', { name: 'new' }))).toBe(true);
        expect(store.agent('agent-1')?.name).toBe('new');
        expect(await store.updateAgent(agentRow('agent-2'))).toBe(false);
      });

      test('go with their conversations, messages, runs and chunks', async () => {
        await ground();
        await begin(runRow('run-1', 'conv-1'), [messageRow('m1', { otid: 'o1' })]);
        await store.appendChunks('run-1', { first: 1, texts: ['{}'] });
        expect(await store.deleteAgent('agent-1')).toBe(true);
        expect(await store.deleteAgent('agent-1')).toBe(false);
        expect(store.conversation('conv-1')).toBeNull();
        expect(store.conversation('default:agent-1')).toBeNull();
        expect(await store.run('run-1')).toBeNull();
        expect(await store.messagesOfRun('run-1')).toEqual([]);
        expect(await store.streamingRuns()).toEqual([]);
        expect(await store.chunks('run-1', 0)).toEqual([]);
      });

      test('are listed by name, text and tags', async () => {
        await store.createAgent(agentRow('agent-1', { name: 'Blue', tags: ['x', 'y'] }));
        await store.createAgent(agentRow('agent-2', { name: 'Bluebell', tags: ['x'] }));
        expect(await ids(store.listAgents(page(), { name: 'Blue' }))).toEqual(['agent-1']);
        expect(await ids(store.listAgents(page(), { text: 'BLUE' }))).toEqual(['agent-1', 'agent-2']);
        expect(await ids(store.listAgents(page(), { tags: ['y', 'x'] }))).toEqual(['agent-1', 'agent-2']);
        expect(await ids(store.listAgents(page(), { tags: ['y', 'x'], matchAllTags: true }))).toEqual([
          'agent-1',
        ]);
      });

      test('are listed page by page in both orders', async () => {
        for (let n = 1; n <= 5; n += 1) await store.createAgent(agentRow(`a${n}`));
        const list = (more: Partial<Page>) => ids(store.listAgents(page(more), {}));
        expect(await list({})).toEqual(['a1', 'a2', 'a3', 'a4', 'a5']);
        expect(await list({ order: 'desc', limit: 2 })).toEqual(['a5', 'a4']);
        expect(await list({ order: 'desc', limit: 2, after: 'a4' })).toEqual(['a3', 'a2']);
        expect(await list({ after: 'a2', limit: 2 })).toEqual(['a3', 'a4']);
        expect(await list({ before: 'a4', limit: 2 })).toEqual(['a2', 'a3']);
        expect(await list({ order: 'desc', before: 'a2', limit: 2 })).toEqual(['a4', 'a3']);
        expect(await list({ after: 'a1', before: 'a5' })).toEqual(['a2', 'a3', 'a4']);
        expect(await list({ after: 'a5' })).toEqual([]);
        expect(await list({ after: 'nobody' })).toBe('unknown nobody');
      });
    });

    describe('conversations', () => {
      test('are kept as they were given and changed in part', async () => {
        await ground();
        const { key, ...fields } = conversationRow('conv-2', 'agent-1', {
          summary: 'about trains',
          model: 'anthropic/claude',
          modelSettings: { temperature: 0.5 },
          contextWindowLimit: 9,
          createdBy: 'token-1',
        });
        await store.createConversation({ key, ...fields });
        expect(store.conversation('conv-2')).toEqual({ key, ...fields });
        const changed = { ...fields, summary: 'about ships', archivedAt: 7_000 };
        expect(await store.updateConversation('conv-2', changed, 8_000)).toBe(true);
        expect(store.conversation('conv-2')).toMatchObject({
          summary: 'about ships',
          archivedAt: 7_000,
          updatedAt: 8_000,
          model: 'anthropic/claude',
        });
        expect(await store.updateConversation('conv-9', changed, 1)).toBe(false);
        expect(await store.deleteConversation('conv-2')).toBe(true);
        expect(await store.deleteConversation('conv-2')).toBe(false);
      });

      test('are listed without the default ones, by agent, archive, text, and by their last message', async () => {
        await ground();
        await store.createAgent(agentRow('agent-2'));
        await store.createConversation(conversationRow('conv-2', 'agent-1', { summary: 'Trains' }));
        await store.createConversation(conversationRow('conv-3', 'agent-2', { archivedAt: 5_000 }));
        await store.appendMessages('conv-1', [messageRow('m1', { at: 9_000 })]);
        const list = async (filter: Parameters<HubStore['listConversations']>[1], more: Partial<Page> = {}) =>
          ids(store.listConversations(page(more), filter) as never);
        expect(await list({})).toEqual(['conv-1', 'conv-2', 'conv-3']);
        expect(await list({ agentId: 'agent-2' })).toEqual(['conv-3']);
        expect(await list({ archived: false })).toEqual(['conv-1', 'conv-2']);
        expect(await list({ archived: true })).toEqual(['conv-3']);
        expect(await list({ text: 'train' })).toEqual(['conv-2']);
        const recent = { orderBy: 'lastMessageAt' } as const;
        expect(await list(recent, { order: 'desc' })).toEqual(['conv-1', 'conv-3', 'conv-2']);
        expect(await list(recent, { order: 'desc', after: 'conv-1', limit: 1 })).toEqual(['conv-3']);
        expect(await list(recent, { order: 'desc', after: 'conv-3' })).toEqual(['conv-2']);
      });
    });

    describe('messages', () => {
      test('are kept in the order they came, and found by otid and by run', async () => {
        await ground();
        const [first] = (
          await begin(runRow('run-1', 'conv-1'), [
            messageRow('m1', {
              otid: 'o1',
              runId: 'run-1',
              sender: 'token-1',
              environment: 'env-1',
              hidden: { a: 1 },
            }),
            messageRow('m2', { runId: 'run-1' }),
          ])
        ).messages;
        await store.finishRun(
          finish('run-1', { messages: [messageRow('m3', { runId: 'run-1', print: null })] }),
        );
        const again = await under.reopen();
        expect(await ids(again.listMessages('conv-1', page()))).toEqual(['m1', 'm2', 'm3']);
        expect(await again.messagesByOtid('conv-1', ['o0', 'o1'])).toEqual([first]);
        expect((await again.messagesOfRun('run-1')).map(({ id }) => id)).toEqual(['m1', 'm2', 'm3']);
        expect((await again.messagesFrom('conv-1', 2)).map(({ id, seq }) => [id, seq])).toEqual([
          ['m2', 2],
          ['m3', 3],
        ]);
        expect(again.conversation('conv-1')?.lastMessageAt).toBe(2_000);
      });

      test('have one otid each in a conversation, and nothing of a step that breaks this is kept', async () => {
        await ground();
        await store.appendMessages('conv-1', [messageRow('m1', { otid: 'o1' })]);
        const twice = async () =>
          begin(runRow('run-1', 'conv-1'), [messageRow('m2'), messageRow('m3', { otid: 'o1' })]);
        await expect(twice()).rejects.toThrow();
        expect(await ids(store.listMessages('conv-1', page()))).toEqual(['m1']);
        expect(await store.run('run-1')).toBeNull();
        expect(store.conversation('conv-1')?.lease).toBeNull();
        await store.appendMessages('default:agent-1', [messageRow('m4', { otid: 'o1' })]);
      });

      test('are paged within their own conversation', async () => {
        await ground();
        await store.appendMessages('conv-1', [messageRow('m1'), messageRow('m2'), messageRow('m3')]);
        await store.appendMessages('default:agent-1', [messageRow('other')]);
        const list = (more: Partial<Page>) => ids(store.listMessages('conv-1', page(more)));
        expect(await list({ order: 'desc', limit: 2 })).toEqual(['m3', 'm2']);
        expect(await list({ order: 'desc', limit: 2, after: 'm2' })).toEqual(['m1']);
        expect(await list({ before: 'm3' })).toEqual(['m1', 'm2']);
        expect(await list({ after: 'other' })).toBe('unknown other');
      });

      test('for a conversation that is gone are not kept', async () => {
        expect(await store.appendMessages('conv-9', [messageRow('m1')])).toEqual([]);
      });
    });

    describe('steps', () => {
      test('begin with messages, run and lease at once', async () => {
        await ground();
        const run = runRow('run-1', 'conv-1', { key: 'o1', environment: 'env-1', generation: 3 });
        const begun = await begin(run, [messageRow('m1', { otid: 'o1' })]);
        expect(begun).toMatchObject({ moved: false, messages: [{ id: 'm1', seq: 1 }] });
        const again = await under.reopen();
        expect(again.conversation('conv-1')?.lease).toEqual(lease);
        const streaming = { ...run, status: 'streaming', stopReason: null, completedAt: null };
        expect(await again.run('run-1')).toMatchObject(streaming);
        expect(await again.runByKey('conv-1', 'o1')).toMatchObject(streaming);
        expect(await again.newestRun('conv-1')).toMatchObject(streaming);
        expect(await again.streamingRuns()).toMatchObject([streaming]);
      });

      test('end with messages, chunks, status and the lease at once', async () => {
        await ground();
        await begin(runRow('run-1', 'conv-1'), [messageRow('m1')]);
        await store.appendChunks('run-1', { first: 1, texts: ['{"n":1}', '{"n":2}'] });
        const usage = { prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, step_count: 1 };
        const rows = await store.finishRun(
          finish('run-1', {
            messages: [messageRow('m2', { runId: 'run-1' })],
            chunks: { first: 3, texts: ['{"n":3}'] },
            usage,
            prompt: { cut: 2, charsPerToken: 3.5 },
          }),
        );
        expect(rows).toMatchObject([{ id: 'm2', seq: 2 }]);
        const again = await under.reopen();
        expect(await again.run('run-1')).toMatchObject({
          status: 'completed',
          stopReason: 'end_turn',
          usage,
          completedAt: 4_000,
        });
        expect(await again.chunks('run-1', 1)).toEqual([
          { seq: 2, text: '{"n":2}' },
          { seq: 3, text: '{"n":3}' },
        ]);
        expect(again.conversation('conv-1')).toMatchObject({
          lease: null,
          openCalls: null,
          cut: 2,
          charsPerToken: 3.5,
        });
      });

      test('end once: what comes later changes nothing', async () => {
        await ground();
        await begin(runRow('run-1', 'conv-1'));
        expect(await store.finishRun(finish('run-1'))).toEqual([]);
        const error = { type: 'llm_error', message: 'no', retryable: true };
        expect(await store.finishRun(finish('run-1', { status: 'failed', error }))).toBeNull();
        expect(await store.run('run-1')).toMatchObject({ status: 'completed', error: null });
        expect(await store.finishRun(finish('run-9'))).toBeNull();
      });

      test('that wait for results keep the lease and the calls, and the next step takes them', async () => {
        await ground();
        await begin(runRow('run-1', 'conv-1'));
        await store.finishRun(finish('run-1', { release: false, openCalls: calls }));
        expect((await under.reopen()).conversation('conv-1')).toMatchObject({ lease, openCalls: calls });
        store = under.store;
        await begin(runRow('run-2', 'conv-1'));
        expect(store.conversation('conv-1')?.openCalls).toBeNull();
      });

      test('can be closed from outside, with results and without', async () => {
        await ground();
        await begin(runRow('run-1', 'conv-1'));
        await store.finishRun(finish('run-1', { release: false, openCalls: calls }));
        const cancelled = { ...calls, cancelled: true };
        await store.closeTurn({ conversation: 'conv-1', messages: [], openCalls: cancelled, at: 5_000 });
        expect(store.conversation('conv-1')).toMatchObject({ lease: null, openCalls: cancelled });
        const rows = await store.closeTurn({
          conversation: 'conv-1',
          messages: [messageRow('closing', { kind: 'tool_return_message' })],
          openCalls: null,
          at: 5_000,
        });
        expect(rows).toMatchObject([{ id: 'closing', seq: 1 }]);
        expect(store.conversation('conv-1')?.openCalls).toBeNull();
        expect(
          await store.closeTurn({ conversation: 'conv-9', messages: [], openCalls: null, at: 1 }),
        ).toEqual([]);
      });

      test('have a newest run for each key', async () => {
        await ground();
        await begin(runRow('run-1', 'conv-1', { key: 'o1' }));
        await store.finishRun(finish('run-1', { status: 'failed' }));
        await begin(runRow('run-2', 'conv-1', { key: 'o1' }));
        expect(await store.runByKey('conv-1', 'o1')).toMatchObject({ id: 'run-2' });
        expect(await store.runByKey('default:agent-1', 'o1')).toBeNull();
      });

      test('tried again after another turn move their turn to the end, whole and in order', async () => {
        await ground();
        const turn = (id: string, turnId: string) => messageRow(id, { turnId });
        await begin(runRow('run-1', 'conv-1', { turnId: 'A' }), [turn('a1', 'A'), turn('a2', 'A')]);
        await store.finishRun(finish('run-1', { status: 'failed' }));
        const still = await begin(runRow('run-2', 'conv-1', { turnId: 'A' }), [], true);
        expect(still.moved).toBe(false);
        await store.finishRun(finish('run-2', { status: 'failed' }));
        await begin(runRow('run-3', 'conv-1', { turnId: 'B' }), [turn('b1', 'B')]);
        await store.finishRun(finish('run-3', { openCalls: { ...calls, turnId: 'B' } }));
        const closing = turn('b2', 'B');
        const moved = await begin(runRow('run-4', 'conv-1', { turnId: 'A' }), [closing], true);
        expect(moved.moved).toBe(true);
        expect(await ids(store.listMessages('conv-1', page()))).toEqual(['b1', 'b2', 'a1', 'a2']);
        await store.appendMessages('conv-1', [turn('a3', 'A')]);
        expect(await ids(store.listMessages('conv-1', page()))).toEqual(['b1', 'b2', 'a1', 'a2', 'a3']);
      });
    });

    describe('runs', () => {
      test('are listed by agent, conversation, status and stop reason', async () => {
        await ground();
        await begin(runRow('run-1', 'conv-1'));
        await store.finishRun(finish('run-1'));
        await begin(runRow('run-2', 'default:agent-1', { agentId: 'agent-1' }));
        const list = (filter: Parameters<HubStore['listRuns']>[1], more: Partial<Page> = {}) =>
          ids(store.listRuns(page(more), filter) as never);
        expect(await list({})).toEqual(['run-1', 'run-2']);
        expect(await list({ agentIds: ['agent-1'] }, { order: 'desc' })).toEqual(['run-2', 'run-1']);
        expect(await list({ agentIds: ['agent-2'] })).toEqual([]);
        expect(await list({ conversation: 'conv-1' })).toEqual(['run-1']);
        expect(await list({ statuses: ['streaming', 'failed'] })).toEqual(['run-2']);
        expect(await list({ stopReason: 'end_turn' })).toEqual(['run-1']);
        expect(await list({}, { after: 'run-1' })).toEqual(['run-2']);
        expect((await store.run('run-2'))?.conversationId).toBe('default');
      });

      test('RUN-25 keep their chunks as long as they are among the newest 64 of the conversation', async () => {
        await ground();
        const one = async (n: number, conversation: string): Promise<void> => {
          const id = `run-${conversation}-${n}`;
          await begin(runRow(id, conversation));
          await store.finishRun(finish(id, { chunks: { first: 1, texts: ['{}'] } }));
        };
        await one(1, 'default:agent-1');
        for (let n = 1; n <= RUNS_WITH_CHUNKS + 2; n += 1) await one(n, 'conv-1');
        expect(await store.chunksKept('run-conv-1-2')).toBe(false);
        expect(await store.chunksKept('run-conv-1-3')).toBe(true);
        expect(await store.chunksKept(`run-conv-1-${RUNS_WITH_CHUNKS + 2}`)).toBe(true);
        expect(await store.chunksKept('run-default:agent-1-1')).toBe(true);
        expect(await store.run('run-conv-1-2')).toMatchObject({ status: 'completed' });
      });
    });
  });
}

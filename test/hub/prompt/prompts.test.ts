import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Database, openDatabase } from '../../../actors/sqlite/database.ts';
import { BuiltPrompt } from '../../../src/hub/prompt/built-prompt.ts';
import { Prompts } from '../../../src/hub/prompt/prompts.ts';
import { sizeOf } from '../../../src/hub/prompt/size.ts';
import { budgetOf } from '../../../src/hub/prompt/window.ts';
import type { HubStore } from '../../../src/hub/store/hub-store.ts';
import type { MessageRow, NewMessage } from '../../../src/hub/store/rows.ts';
import { createSqliteHubStore } from '../../../src/hub/store/sqlite/store.ts';
import { createDataTables } from '../../../src/hub/store/tables.ts';
import { agentRow, conversationRow, finish, messageRow, runRow } from '../store/suite.ts';

let dir: string;
let db: Database;
let store: HubStore;
let made = 0;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-prompt-'));
  db = openDatabase(join(dir, 'hub.sqlite'), [createDataTables]);
  store = createSqliteHubStore(db);
  await store.createAgent(agentRow('agent-1'));
});
afterAll(() => {
  db.close();
  rmSync(dir, { recursive: true, force: true });
});

const newConversation = async (): Promise<string> => {
  made += 1;
  await store.createConversation(conversationRow(`conv-${made}`, 'agent-1'));
  return `conv-${made}`;
};
const said = (id: string, more: Partial<NewMessage>): NewMessage => messageRow(id, { print: null, ...more });

/** One model step of a turn, as it lies in the transcript. */
interface StepOf {
  users: number[];
  reasoning: boolean;
  text: number;
  calls: number;
  failed: boolean;
}
const steps = fc.record<StepOf>({
  users: fc.array(fc.integer({ min: 0, max: 300 }), { minLength: 1, maxLength: 3 }),
  reasoning: fc.boolean(),
  text: fc.integer({ min: 1, max: 400 }),
  calls: fc.integer({ min: 0, max: 3 }),
  failed: fc.boolean(),
});

/** Writes a turn as the hub would, and tells the prompts of it. */
async function writeTurn(
  prompts: Prompts,
  conversation: string,
  turnId: string,
  turn: StepOf,
): Promise<void> {
  const id = () => `m-${made++}`;
  const begin = async (runId: string, messages: NewMessage[]) => {
    const begun = await store.beginRun({
      run: runRow(runId, conversation, { turnId }),
      messages,
      lease: { turnId, environment: null, generation: null },
      again: false,
    });
    prompts.append(conversation, begun.messages);
  };
  const end = async (runId: string, messages: NewMessage[], failed = false) => {
    const rows = await store.finishRun(finish(runId, { messages, status: failed ? 'failed' : 'completed' }));
    prompts.append(conversation, rows ?? []);
  };
  const first = `run-${made++}`;
  await begin(
    first,
    turn.users.map((length) =>
      messageRow(id(), { turnId, runId: first, body: { content: 'u'.repeat(length) } }),
    ),
  );
  if (turn.failed) return end(first, [], true);
  const output: NewMessage[] = [];
  if (turn.reasoning)
    output.push(
      said(id(), { turnId, runId: first, kind: 'reasoning_message', body: { reasoning: 'r'.repeat(20) } }),
    );
  output.push(
    said(id(), { turnId, runId: first, kind: 'assistant_message', body: { content: 'a'.repeat(turn.text) } }),
  );
  const calls = Array.from({ length: turn.calls }, (_, n) => ({
    tool_call_id: `call-${first}-${n}`,
    name: 'Bash',
    arguments: '{}',
  }));
  if (calls.length > 0)
    output.push(
      said(id(), { turnId, runId: first, kind: 'approval_request_message', body: { tool_calls: calls } }),
    );
  await end(first, output);
  if (calls.length === 0) return;
  const second = `run-${made++}`;
  await begin(
    second,
    calls.map(({ tool_call_id }) =>
      messageRow(id(), {
        turnId,
        runId: second,
        kind: 'tool_return_message',
        body: { tool_returns: [{ tool_call_id, status: 'success', tool_return: 'x'.repeat(50) }] },
      }),
    ),
  );
  await end(second, [
    said(id(), { turnId, runId: second, kind: 'assistant_message', body: { content: 'done' } }),
  ]);
}

const rebuilt = async (conversation: string, from: number) => {
  const built = new BuiltPrompt();
  built.append(await store.messagesFrom(conversation, from));
  return built.messages();
};
const compose = async (prompts: Prompts, key: string, full: number) => {
  const conversation = store.conversation(key);
  if (!conversation) throw new Error('no conversation');
  const composed = await prompts.compose(conversation, { full, afterCut: full * 0.8 });
  await remember(key, composed.cut);
  return composed;
};
/** The cut goes to the store with the end of the run. */
const remember = async (conversation: string, cut: number): Promise<void> => {
  const runId = `run-${made++}`;
  await store.beginRun({
    run: runRow(runId, conversation),
    messages: [],
    lease: { turnId: 'x', environment: null, generation: null },
    again: false,
  });
  await store.finishRun(finish(runId, { prompt: { cut, charsPerToken: null } }));
};

describe('prompts', () => {
  test('RUN-26 are the newest whole turns within the budget, the same built up or read anew', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(
          fc.record({ turn: steps, forget: fc.boolean(), full: fc.integer({ min: 200, max: 4_000 }) }),
          {
            minLength: 1,
            maxLength: 12,
          },
        ),
        async (turns) => {
          const prompts = new Prompts(store, { conversations: 1, chars: 1e9 });
          const key = await newConversation();
          let lastCut = 0;
          for (const [n, { turn, forget, full }] of turns.entries()) {
            await writeTurn(prompts, key, `turn-${n}`, turn);
            if (forget) prompts.forget(key);
            const { messages, size, cut } = await compose(prompts, key, full);
            expect(messages).toEqual(await rebuilt(key, cut));
            expect(size).toBe(messages.reduce((sum, message) => sum + sizeOf(message), 0));
            const turnsIn = new Set(messages.map((message) => message.turn));
            expect(size <= full || turnsIn.size === 1).toBe(true);
            expect(messages.at(-1)?.turn).toBe(`turn-${n}`);
            const rows = await store.messagesFrom(key, 1);
            const first = rows.find(({ seq }) => seq === cut) as MessageRow;
            expect(rows.findIndex(({ turnId }) => turnId === first.turnId)).toBe(rows.indexOf(first));
            expect(cut).toBeGreaterThanOrEqual(lastCut);
            lastCut = cut;
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  test('RUN-26 keep all turns as long as they fit, and leave the beginning alone for a while after a cut', async () => {
    const prompts = new Prompts(store);
    const key = await newConversation();
    const budget = budgetOf(1_000, 4, 0);
    expect(budget).toEqual({ full: 3_000, afterCut: 2_400 });
    const cuts: number[] = [];
    for (let n = 0; n < 40; n += 1) {
      await writeTurn(prompts, key, `turn-${n}`, {
        users: [84],
        reasoning: false,
        text: 84,
        calls: 0,
        failed: false,
      });
      const conversation = store.conversation(key);
      if (!conversation) throw new Error('no conversation');
      cuts.push((await prompts.compose(conversation, budget)).cut);
    }
    // A turn is 200 characters: 15 fit, and when the 16th comes, 12 stay.
    expect(cuts.slice(0, 15)).toEqual(Array(15).fill(1));
    expect(new Set(cuts).size).toBe(1 + Math.ceil((40 - 15) / 4));
  });

  test('RUN-26 of an empty budget hold the newest turn, whole', async () => {
    const prompts = new Prompts(store);
    const key = await newConversation();
    const turn = { users: [50], reasoning: true, text: 10, calls: 2, failed: false };
    await writeTurn(prompts, key, 'turn-1', turn);
    await writeTurn(prompts, key, 'turn-2', turn);
    const { messages } = await compose(prompts, key, 0);
    expect(messages.map(({ turn, role }) => `${turn} ${role}`)).toEqual([
      'turn-2 user',
      'turn-2 assistant',
      'turn-2 tool',
      'turn-2 assistant',
    ]);
  });

  test('are read from the store once, and from the cut only', async () => {
    const reads = vi.spyOn(store, 'messagesFrom');
    const prompts = new Prompts(store);
    const key = await newConversation();
    for (let n = 0; n < 30; n += 1) {
      await writeTurn(prompts, key, `turn-${n}`, {
        users: [100],
        reasoning: false,
        text: 100,
        calls: 0,
        failed: false,
      });
      await compose(prompts, key, 1_000);
    }
    expect(reads).toHaveBeenCalledTimes(1);
    prompts.forget(key);
    await compose(prompts, key, 1_000);
    expect(reads.mock.calls.at(-1)?.[1]).toBeGreaterThan(40);
    reads.mockRestore();
  });

  test('in memory are bounded by number and by size, the one used longest ago goes first', async () => {
    const turn = { users: [1_000], reasoning: false, text: 1, calls: 0, failed: false };
    const two = new Prompts(store, { conversations: 2, chars: 1e9 });
    const small = new Prompts(store, { conversations: 100, chars: 2_500 });
    const keys: string[] = [];
    for (let n = 0; n < 4; n += 1) {
      const key = await newConversation();
      keys.push(key);
      await writeTurn(two, key, 'turn-1', turn);
      await compose(two, key, 1e6);
      await compose(small, key, 1e6);
    }
    expect([two.kept, small.kept]).toEqual([2, 2]);
    const reads = vi.spyOn(store, 'messagesFrom');
    await compose(two, keys[3] as string, 1e6);
    expect(reads).not.toHaveBeenCalled();
    await compose(two, keys[0] as string, 1e6);
    expect(reads).toHaveBeenCalledTimes(1);
    reads.mockRestore();
  });
});

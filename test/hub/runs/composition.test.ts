import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Database, openDatabase } from '../../../actors/sqlite/database.ts';
import type { PromptMessage } from '../../../machines/ports.ts';
import { BuiltPrompt } from '../../../src/hub/prompt/built-prompt.ts';
import { Prompts } from '../../../src/hub/prompt/prompts.ts';
import type { Caller } from '../../../src/hub/runs/caller.ts';
import { modelsOf } from '../../../src/hub/runs/models.ts';
import type { Outcome, Waiting } from '../../../src/hub/runs/outcome.ts';
import { Runs } from '../../../src/hub/runs/runs.ts';
import { readStep } from '../../../src/hub/runs/step.ts';
import type { HubStore } from '../../../src/hub/store/hub-store.ts';
import { createSqliteHubStore } from '../../../src/hub/store/sqlite/store.ts';
import { createDataTables } from '../../../src/hub/store/tables.ts';
import type { MessagesPost } from '../../../src/protocol/rest.ts';
import { agentRow, conversationRow } from '../store/suite.ts';
import { puppetModel, type Sample } from '../support/puppet-model.ts';
import { owner, TestFence } from '../support/test-data.ts';

let dir: string;
let db: Database;
let store: HubStore;
let made = 0;
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'signalbox-composition-'));
  db = openDatabase(join(dir, 'hub.sqlite'), [createDataTables]);
  store = createSqliteHubStore(db);
  await store.createAgent(agentRow('agent-1'));
});
afterAll(() => {
  rmSync(dir, { recursive: true, force: true });
});

type Op =
  | { do: 'say'; by: number }
  | { do: 'repeat'; which: number }
  | { do: 'results'; by: number; all: boolean; say: boolean }
  | { do: 'answer' | 'call' | 'fail' | 'cancel' | 'release' | 'crash' | 'drop'; by: number };
const by = fc.integer({ min: 0, max: 2 });
const HOLDER = -1;
const op: fc.Arbitrary<Op> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('say' as const), by }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('repeat' as const), which: fc.nat(20) }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('results' as const),
      by: fc.constantFrom(HOLDER, HOLDER, HOLDER, 0, 1, 2),
      all: fc.boolean(),
      say: fc.boolean(),
    }),
  },
  {
    weight: 16,
    arbitrary: fc.record({ do: fc.constantFrom('answer', 'call', 'call', 'call', 'fail'), by }),
  },
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('cancel', 'release', 'crash', 'drop'), by }) },
);

const callerOf = (by: number, turnId: string): Caller => ({
  person: owner,
  environment: by === 0 ? null : `env-${by}`,
  generation: by === 0 ? null : 2,
  turnId: by === 0 ? null : turnId,
  deviceId: null,
  actingUser: null,
});

/** Every call has exactly one result, in the message right behind it, and the prompt ends with what it asks. */
function expectWhole(messages: readonly PromptMessage[]): void {
  expect(messages.at(-1)?.role).not.toBe('assistant');
  for (const [index, message] of messages.entries()) {
    const calls = message.role === 'assistant' ? message.calls.map(({ id }) => id) : [];
    const next = messages[index + 1];
    const results = next?.role === 'tool' ? next.results.map(({ id }) => id) : [];
    expect(results.sort()).toEqual(calls.sort());
  }
}

/** One conversation under random treatment, from several environments, with a hub that is killed now and then. */
class World {
  readonly key: string;
  runs!: Runs;
  model!: ReturnType<typeof puppetModel>;
  prompts!: Prompts;
  readonly #used = new Set<Sample>();
  #waiting: Waiting[] = [];
  readonly #posted: { by: number; turnId: string; body: MessagesPost }[] = [];
  /** The otids of messages that were not refused. */
  readonly taken = new Set<string>();

  constructor(key: string) {
    this.key = key;
  }

  async start(): Promise<void> {
    this.model = puppetModel();
    this.prompts = new Prompts(store);
    this.#waiting = [];
    this.runs = new Runs(
      this.model.sampler,
      { waitMs: 60_000, flushMs: 1 },
      {
        store,
        prompts: this.prompts,
        models: modelsOf({}),
        feed: { publish: () => {} },
        fence: new TestFence(),
        log: { lifecycle: () => {} },
        now: Date.now,
        id: () => `c${made++}`,
      },
    );
    await this.runs.recover();
  }

  async apply(op: Op): Promise<void> {
    switch (op.do) {
      case 'say':
        return this.#post(op.by, `turn-${made++}`, {
          messages: [{ role: 'user', content: 'x', otid: `o${made++}` }],
        });
      case 'repeat': {
        const again = this.#posted[op.which % Math.max(1, this.#posted.length)];
        if (again) await this.#post(again.by, again.turnId, again.body, true);
        return;
      }
      case 'results':
        return this.#results(op);
      case 'cancel':
        await this.runs.cancel(this.key, callerOf(op.by, 'none'), null);
        return;
      case 'release':
        await this.runs.release(this.key, owner);
        return;
      case 'drop':
        this.#waiting.shift()?.drop();
        return;
      case 'crash':
        // Whatever the old one still does is ended first; what it had on disk is what the new one finds.
        await this.runs.close();
        return this.start();
      default:
        return this.#answer(op.do);
    }
  }

  async #results({ by, all, say }: Extract<Op, { do: 'results' }>): Promise<void> {
    const open = store.conversation(this.key)?.openCalls;
    if (!open) return;
    const calls = all ? open.calls : open.calls.slice(0, 1);
    const approvals = calls.map(({ id }) => ({
      type: 'tool' as const,
      tool_call_id: id,
      tool_return: 'done',
      status: 'success' as const,
    }));
    const body: MessagesPost = {
      messages: [
        { type: 'approval', approvals, otid: `r${made++}` },
        ...(say ? [{ role: 'user' as const, content: 'and', otid: `o${made++}` }] : []),
      ],
    };
    const holder = open.environment === null ? 0 : Number(open.environment.at(-1));
    await this.#post(by === HOLDER ? holder : by, open.turnId, body);
  }

  async #post(by: number, turnId: string, body: MessagesPost, isRepeat = false): Promise<void> {
    const read = readStep(body);
    if (!read.ok) throw new Error(read.problem.message);
    if (!isRepeat) this.#posted.push({ by, turnId, body });
    const outcome = await this.runs.post({
      conversation: this.key,
      step: read.step,
      caller: callerOf(by, turnId),
    });
    const otids = read.step.parts.flatMap(({ otid }) => (otid === null ? [] : [otid]));
    const take = (settled: Outcome): void => {
      if (settled.kind === 'reading') for (const otid of otids) this.taken.add(otid);
    };
    if (outcome.kind !== 'waiting') return take(outcome);
    this.#waiting.push(outcome);
    void outcome.outcome.then(take);
  }

  async #answer(what: 'answer' | 'call' | 'fail'): Promise<void> {
    const run = await store.newestRun(this.key);
    if (run?.status !== 'streaming') return;
    const sample = await this.#pending();
    expectWhole(sample.input.messages);
    this.#used.add(sample);
    if (what === 'answer') sample.answer('ok');
    else if (what === 'fail') sample.fail('overloaded');
    else sample.call({ name: 'Bash', arguments: '{}' }, { name: 'Bash', arguments: '{}' });
    await expect.poll(async () => (await store.run(run.id))?.status, { interval: 1 }).not.toBe('streaming');
    // The run is over when its end is on disk; then whoever waits has had the chance to begin.
    await store.durable();
    await new Promise((resolve) => setTimeout(resolve, 0));
  }

  /** The step that the model is asked for now. */
  async #pending(): Promise<Sample> {
    for (;;) {
      const last = this.model.samples.at(-1);
      if (last && !last.signal.aborted && !this.#used.has(last)) return last;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  /** Ends everything and looks at what is left. */
  async check(): Promise<void> {
    for (const waiting of this.#waiting) waiting.drop();
    await this.runs.close();
    const rows = await store.messagesFrom(this.key, 1);
    const otids = rows.flatMap(({ otid }) => (otid === null ? [] : [otid]));
    expect(new Set(otids).size).toBe(otids.length);
    expect([...this.taken].filter((otid) => !otids.includes(otid))).toEqual([]);
    expect((await store.streamingRuns()).filter(({ conversation }) => conversation === this.key)).toEqual([]);
    const conversation = store.conversation(this.key);
    if (!conversation) throw new Error('no conversation');
    const anew = new BuiltPrompt();
    anew.append(await store.messagesFrom(this.key, conversation.cut));
    const kept = await this.prompts.compose(conversation, { full: 1e9, afterCut: 1e9 });
    expect(kept.messages).toEqual(anew.messages());
  }
}

describe('hosts, programs, people and crashes at once', () => {
  test('RUN-31 no prompt ever holds a call without its result, and no message is lost or doubled', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(op, { minLength: 30, maxLength: 60 }), async (ops) => {
        const key = `conv-c${made++}`;
        await store.createConversation(conversationRow(key, 'agent-1'));
        const world = new World(key);
        await world.start();
        for (const one of ops) await world.apply(one);
        await world.check();
      }),
      { numRuns: 60 },
    );
  });
});

import { beforeEach, describe, expect, test } from 'vitest';
import { createActor, toPromise } from 'xstate';
import type { CommitOp, Committed, Decision, ToolOutcome } from '../../machines/ports.ts';
import { createCommit, resultOf } from '../../src/host/commit.ts';
import type { CallRow } from '../../src/host/store/calls.ts';
import type { HostStore } from '../../src/host/store/host-store.ts';
import { AT, allowed, asking, bash, HUB, openTurn, SCOPE, submission, succeeded } from './support/samples.ts';
import { fillDisk, openStore } from './support/temp-store.ts';

let store: HostStore;
let conversation: number;
beforeEach(() => {
  store = openStore();
  conversation = store.conversations.ensure(HUB, SCOPE).id;
});

function commit(op: CommitOp): Promise<Committed> {
  let made = 0;
  const logic = createCommit(
    store,
    (opening) => store.conversations.ensure(HUB, opening.scope).id,
    () => `${++made}`,
  );
  return toPromise(createActor(logic, { input: op }).start());
}

const accept = (id: string, optionsKey = '{}') => {
  const accepted = store.inputs.accept(conversation, submission(id, { optionsKey }), 'queued');
  return accepted.kind === 'accepted' ? accepted.item.seq : 0;
};

describe('to open a turn', () => {
  test('HOST-40 takes its inputs and writes the body of its first POST: all messages, in the order accepted', async () => {
    const seqs = ['cm-1', 'cm-2', 'cm-3'].map((id) => accept(id, '{"a":1}'));
    expect(await commit({ op: 'openTurn', scope: SCOPE, items: seqs.slice(0, 2).reverse() })).toEqual({
      ok: true,
      id: 'turn-1',
    });
    expect(store.turns.openOf(conversation)).toMatchObject({
      id: 'turn-1',
      optionsKey: '{"a":1}',
      starts: 0,
    });
    expect(store.turns.step('turn-1', 1)?.messages).toEqual([
      ...submission('cm-1').messages,
      ...submission('cm-2').messages,
    ]);
    expect(store.inputs.queued(conversation).map((item) => item.seq)).toEqual([seqs[2]]);
  });

  test('HOST-40 takes all of them or none', async () => {
    const seq = accept('cm-1');
    await expect(commit({ op: 'openTurn', scope: SCOPE, items: [seq, 99] })).rejects.toThrow('q-99');
    expect(store.turns.openOf(conversation)).toBeNull();
    expect(store.inputs.queued(conversation)).toHaveLength(1);
  });

  test('HOST-41 and to give it back leaves no trace of it', async () => {
    const seqs = ['cm-1', 'cm-2'].map((id) => accept(id));
    await commit({ op: 'openTurn', scope: SCOPE, items: seqs });
    await commit({ op: 'giveBack', turnId: 'turn-1' });
    expect(store.turns.get('turn-1')).toBeNull();
    expect(store.inputs.queued(conversation).map((item) => item.seq)).toEqual(seqs);
  });
});

describe('to go from step to step', () => {
  beforeEach(() => openTurn(store, conversation));

  test('HOST-42 writes the calls and that the step has ended together', async () => {
    const calls = [bash('call-1'), bash('call-2')];
    await commit({ op: 'endStep', turnId: 'turn-1', step: 1, runId: 'run-1', calls });
    expect(store.turns.step('turn-1', 1)).toMatchObject({ run: 'run-1', ended: true });
    expect(store.calls.ofStep('turn-1', 1).map((row) => row.proposed)).toEqual(calls);
  });

  test('HOST-43 writes the results as the body of the next POST, in the order of the model, under its own key', async () => {
    const unknown: ToolOutcome = { status: 'error', text: '?', outcome: 'unknown' };
    const calls = [bash('call-1'), bash('call-2'), bash('call-3')];
    await commit({ op: 'endStep', turnId: 'turn-1', step: 1, runId: 'run-1', calls });
    const outcomes: [string, ToolOutcome][] = [
      ['call-3', unknown],
      ['call-2', { status: 'error', text: 'no', outcome: 'denied' }],
      ['call-1', succeeded],
    ];
    for (const [callId, outcome] of outcomes)
      await commit({ op: 'recordOutcome', turnId: 'turn-1', callId, outcome });
    await commit({ op: 'openStep', turnId: 'turn-1', step: 2 });
    expect(store.turns.openOf(conversation)?.step).toBe(2);
    expect(store.turns.step('turn-1', 2)?.messages).toEqual([
      {
        type: 'approval',
        otid: 'turn-1:2',
        approvals: [
          {
            type: 'tool',
            tool_call_id: 'call-1',
            tool_return: 'done',
            status: 'success',
            stdout: ['done'],
            stderr: [],
          },
          { type: 'approval', tool_call_id: 'call-2', approve: false, reason: 'no' },
          { type: 'tool', tool_call_id: 'call-3', tool_return: '?', status: 'error', outcome: 'unknown' },
        ],
      },
    ]);
  });

  test('HOST-43 does not go on while a call has no outcome', async () => {
    await commit({ op: 'endStep', turnId: 'turn-1', step: 1, runId: 'run-1', calls: [bash('call-1')] });
    await expect(commit({ op: 'openStep', turnId: 'turn-1', step: 2 })).rejects.toThrow('call-1');
    expect(store.turns.openOf(conversation)?.step).toBe(1);
  });
});

describe('an intent', () => {
  test('HOST-44 is on disk before the tool may start', async () => {
    openTurn(store, conversation);
    store.calls.propose(conversation, 'turn-1', 1, [bash('call-1')]);
    await commit({ op: 'recordIntent', turnId: 'turn-1', callId: 'call-1', args: { command: 'ls' } });
    expect(store.db.synced).toBe(store.db.committed);
    expect(store.calls.find(conversation, 'call-1')?.intent).toEqual({ command: 'ls' });
  });

  test('HOST-44 that the disk did not keep is no intent', async () => {
    openTurn(store, conversation);
    store.calls.propose(conversation, 'turn-1', 1, [bash('call-1')]);
    fillDisk(store);
    const args = { command: 'x'.repeat(100_000) };
    const committed = await commit({ op: 'recordIntent', turnId: 'turn-1', callId: 'call-1', args });
    expect(committed).toMatchObject({ ok: false, error: expect.stringContaining('full') });
    expect(store.calls.find(conversation, 'call-1')?.intent).toBeNull();
  });
});

describe('to end a turn', () => {
  test.each([
    ['end_turn', 'answered'],
    ['max_tokens_exceeded', 'answered'],
    ['cancelled', 'cancelled'],
    ['error', 'failed'],
    ['llm_api_error', 'failed'],
  ])('HOST-45 by %s ends its inputs as %s', async (stopReason, state) => {
    openTurn(store, conversation);
    await commit({ op: 'endTurn', turnId: 'turn-1', stopReason, error: null });
    expect(store.turns.openOf(conversation)).toBeNull();
    expect(store.db.statement('SELECT state FROM inputs').all()).toEqual([{ state }]);
  });

  test('HOST-45 twice is the same as once', async () => {
    openTurn(store, conversation);
    const end: CommitOp = { op: 'endTurn', turnId: 'turn-1', stopReason: 'end_turn', error: null };
    expect(await commit(end)).toEqual(await commit(end));
  });

  test('APPR-2 keeps who decided what', async () => {
    openTurn(store, conversation);
    store.calls.propose(conversation, 'turn-1', 1, [bash('call-1')]);
    const id = store.calls.find(conversation, 'call-1')?.id ?? 0;
    store.calls.show(id, asking(bash('call-1')));
    store.calls.decide(id, allowed({ command: 'ls' }), 'Ada', AT);
    await commit({ op: 'endTurn', turnId: 'turn-1', stopReason: 'end_turn', error: null });
    expect(store.calls.find(conversation, 'call-1')).toMatchObject({ shown: null, decidedBy: 'Ada' });
  });
});

test('HOST-46 a store that cannot be written is an answer, not an exception, and nothing is half done', async () => {
  const seq = accept('cm-1');
  const big = submission('cm-2', {
    messages: [{ role: 'user', content: 'x'.repeat(200_000), otid: 'cm-2' }],
  });
  store.inputs.accept(conversation, big, 'queued');
  fillDisk(store);
  expect(await commit({ op: 'openTurn', scope: SCOPE, items: [seq, seq + 1] })).toMatchObject({ ok: false });
  expect(store.turns.openOf(conversation)).toBeNull();
  expect(store.inputs.queued(conversation)).toHaveLength(2);
});

describe('a result on the wire', () => {
  /** The result of a call with this outcome, decided as given. */
  const result = (outcome: ToolOutcome, decision?: Decision) => {
    openTurn(store, conversation);
    store.calls.propose(conversation, 'turn-1', 1, [bash('call-1')]);
    const find = () => store.calls.find(conversation, 'call-1') as CallRow;
    if (decision) store.calls.decide(find().id, decision, 'Ada', AT);
    return resultOf(find(), outcome);
  };

  test('HOST-47 says what came of the call', () => {
    expect(result({ status: 'error', text: 'stopped', outcome: 'cancelled' })).toEqual({
      type: 'tool',
      tool_call_id: 'call-1',
      tool_return: 'stopped',
      status: 'error',
      outcome: 'cancelled',
    });
  });

  test('HOST-47 says who decided what, and what was edited', () => {
    const edited = { ...allowed({ command: 'edited' }), message: 'mind', edited: true } as Decision;
    expect(result(succeeded, edited)).toMatchObject({
      type: 'tool',
      decided: { by: 'Ada', behavior: 'allow', message: 'mind' },
      updated_input: { command: 'edited' },
    });
  });

  test('HOST-47 of a call that was denied is a denial', () => {
    const text = 'not now';
    expect(result({ status: 'error', text, outcome: 'denied' }, { behavior: 'deny', message: text })).toEqual(
      {
        type: 'approval',
        tool_call_id: 'call-1',
        approve: false,
        reason: text,
        decided: { by: 'Ada', behavior: 'deny', message: text },
      },
    );
  });
});

import { beforeEach, describe, expect, test } from 'vitest';
import { Approvals, allow, deny } from './support/approvals.ts';
import { AT, bash, HUB, openTurn, succeeded } from './support/samples.ts';

let here: Approvals;
beforeEach(() => {
  here = new Approvals();
});

const ASKED = bash('call-1', 'echo asked');
const by = (who: string, behavior: 'allow' | 'deny') => ({ by: who, behavior, at: AT });
const NOT_PENDING = 'Approval request is no longer pending';

describe('the first answer', () => {
  beforeEach(() => here.classify([ASKED]));

  test('APPR-10 that allows is written down with who gave it, and starts the call as it was shown', async () => {
    const { settled, decided } = await here.answer('call-1', allow());
    expect(settled).toEqual({ accepted: true });
    const decision = {
      behavior: 'allow',
      message: null,
      args: { command: 'echo asked' },
      effect: { kind: 'anything' },
      edited: false,
    };
    const told = { approvalId: 'perm-call-1', callId: 'call-1', decision, by: 'Ada', at: AT };
    expect(decided).toEqual([{ type: 'approval.decided', ...told }]);
    expect(here.row('call-1')).toMatchObject({ decision, decidedBy: 'Ada', decidedAt: AT });
    expect(here.pending()).toEqual([]);
  });

  test('APPR-11 may come with a comment', async () => {
    const { decided } = await here.answer('call-1', allow({ message: 'mind the gap' }));
    expect(decided).toMatchObject([{ decision: { message: 'mind the gap' } }]);
  });

  test('APPR-12 that denies is told with its reason, or with one of ours', async () => {
    const { settled, decided } = await here.answer('call-1', deny('too slow'));
    expect(settled).toEqual({ accepted: true });
    expect(decided).toMatchObject([{ decision: { behavior: 'deny', message: 'too slow' } }]);
    await here.classify([bash('call-2')], 2);
    expect((await here.answer('call-2', deny('  '))).decided).toMatchObject([
      { decision: { behavior: 'deny', message: 'Denied by the user' } },
    ]);
  });

  test('D15 APPR-13 may come from anyone, at any time, also after a restart', async () => {
    here.restart();
    expect((await here.answer('call-1', allow(), null)).settled).toEqual({ accepted: true });
    expect(here.row('call-1')).toMatchObject({ decidedBy: null, decidedAt: AT });
  });
});

describe('another answer', () => {
  beforeEach(() => here.classify([ASKED]));

  test('APPR-14 that is the same is confirmed, and nothing happens twice', async () => {
    await here.answer('call-1', allow({ message: 'ok' }));
    expect(await here.answer('call-1', allow({ message: 'ok' }), 'Bob')).toEqual({
      settled: { accepted: true, decided: by('Ada', 'allow') },
      decided: [],
    });
    expect(here.row('call-1')).toMatchObject({ decidedBy: 'Ada' });
  });

  test('APPR-14 that denies again is the same when its reason is', async () => {
    await here.answer('call-1', deny());
    expect((await here.answer('call-1', deny())).settled).toMatchObject({ accepted: true });
    expect((await here.answer('call-1', deny('because'))).settled).toMatchObject({ accepted: false });
  });

  test.each([
    ['denies', deny()],
    ['has another comment', allow({ message: 'no' })],
    ['has other arguments', allow({ message: 'ok', updatedInput: { command: 'rm' } })],
  ])('APPR-15 that %s is refused, and told who decided what', async (_, different) => {
    await here.answer('call-1', allow({ message: 'ok' }));
    const { settled, decided } = await here.answer('call-1', different, 'Bob');
    expect(settled).toEqual({
      accepted: false,
      error: expect.stringContaining(NOT_PENDING),
      decided: by('Ada', 'allow'),
    });
    expect(decided).toEqual([]);
    expect(here.row('call-1')).toMatchObject({ decision: { message: 'ok', edited: false } });
  });

  test('APPR-14 with the same edit is the same, whatever the order of its keys', async () => {
    const edited = { command: 'echo edited', timeout: 5_000 };
    await here.answer('call-1', allow({ updatedInput: edited }));
    const again = await here.answer(
      'call-1',
      allow({ updatedInput: { timeout: 5_000, command: 'echo edited' } }),
    );
    expect(again.settled).toMatchObject({ accepted: true });
    expect((await here.answer('call-1', allow())).settled).toMatchObject({ accepted: false });
  });

  test('APPR-16 is known after a restart and after the end of the turn', async () => {
    await here.answer('call-1', allow({ updatedInput: { command: 'echo edited' } }));
    here.restart();
    here.endTurn();
    here.restart();
    const same = await here.answer('call-1', allow({ updatedInput: { command: 'echo edited' } }), 'Bob');
    expect(same.settled).toEqual({ accepted: true, decided: by('Ada', 'allow') });
    const different = await here.answer('call-1', deny(), 'Bob');
    expect(different.settled).toMatchObject({ accepted: false, decided: by('Ada', 'allow') });
  });

  test('APPR-17 at the same moment: one wins, and the other learns of it', async () => {
    const [first, second] = await Promise.all([
      here.answer('call-1', allow({ updatedInput: { command: 'echo edited' } }), 'Ada'),
      here.answer('call-1', deny('no'), 'Bob'),
    ]);
    const won = [first, second].filter(({ settled }) => settled.accepted);
    expect(won).toHaveLength(1);
    expect([...first.decided, ...second.decided]).toHaveLength(1);
    const { decidedBy, decision } = here.row('call-1') ?? {};
    const lost = [first, second].find(({ settled }) => !settled.accepted);
    expect(lost?.settled.decided).toEqual(by(String(decidedBy), decision?.behavior ?? 'deny'));
  });

  test('APPR-17 the same edit by two people at the same moment is confirmed to both', async () => {
    const edit = allow({ updatedInput: { command: 'echo edited' } });
    const both = await Promise.all(['Ada', 'Bob', 'Cyd'].map((who) => here.answer('call-1', edit, who)));
    expect(both.map(({ settled }) => settled.accepted)).toEqual([true, true, true]);
    expect(both.flatMap(({ decided }) => decided)).toHaveLength(1);
  });
});

describe('an answer', () => {
  test('APPR-18 to what was never asked is refused', async () => {
    await here.classify([ASKED, bash('not shown')]);
    for (const id of ['call-9', ''])
      expect((await here.answer(id, allow())).settled).toEqual({ accepted: false, error: NOT_PENDING });
  });

  test('APPR-18 to a call that was allowed without a question is refused', async () => {
    here.mode = 'unrestricted';
    await here.classify([ASKED]);
    expect((await here.answer('call-1', deny())).settled).toEqual({ accepted: false, error: NOT_PENDING });
    expect(here.row('call-1')?.decision).toBeNull();
  });

  test('APPR-18 to a turn that is cancelled or over is refused', async () => {
    await here.classify([ASKED, bash('call-2')]);
    here.store.turns.cancel('turn-1', 'Ada', AT);
    expect((await here.answer('call-1', allow())).settled).toEqual({ accepted: false, error: NOT_PENDING });
    here.endTurn();
    expect((await here.answer('call-2', allow())).settled).toEqual({ accepted: false, error: NOT_PENDING });
  });

  test('APPR-18 to a call that has its outcome is refused', async () => {
    await here.classify([ASKED]);
    here.store.calls.settle('turn-1', 'call-1', succeeded);
    expect((await here.answer('call-1', allow())).settled).toEqual({ accepted: false, error: NOT_PENDING });
  });

  test('APPR-19 to an old request decides no new one of the same name', async () => {
    await here.classify([ASKED]);
    await here.answer('call-1', allow());
    here.endTurn();
    openTurn(here.store, here.conversation, 'turn-2');
    here.store.turns.endStep('turn-2', 1, 'run-2');
    here.store.calls.propose(here.conversation, 'turn-2', 1, [bash('call-1', 'rm -rf /')]);
    // Not shown yet: the answer that arrives late was for another question.
    expect((await here.answer('call-1', allow())).settled).toEqual({ accepted: false, error: NOT_PENDING });
  });

  test('APPR-19 of another conversation decides nothing here', async () => {
    await here.classify([ASKED]);
    const other = here.store.conversations.ensure(HUB, { agentId: 'agent-1', conversationId: 'conv-2' }).id;
    expect(here.store.calls.find(other, 'call-1')).toBeNull();
    expect(here.pending()).toEqual(['call-1']);
  });
});

import { beforeEach, describe, expect, test } from 'vitest';
import { Approvals, allow } from './support/approvals.ts';
import { bash, HUB } from './support/samples.ts';

let here: Approvals;
beforeEach(() => {
  here = new Approvals();
});

const ALWAYS = allow({ suggestions: ['save-default'] });

describe('always allow this', () => {
  test('APPR-30 saves the rule that was shown, and the next call like it is not asked about', async () => {
    const [standing] = await here.classify([bash('call-1', 'make')]);
    expect(standing).toMatchObject({ suggestions: [{ id: 'save-default' }] });
    await here.answer('call-1', ALWAYS);
    here.restart();
    expect(here.settings.of(here.conversation).rules).toEqual([
      { tool: 'Bash', command: 'make', cwd: here.project },
    ]);
    const next = await here.classify([bash('call-2', 'make'), bash('call-3', 'make install')], 2);
    expect(next.map(({ kind }) => kind)).toEqual(['allowed', 'asking']);
  });

  test('APPR-31 answers the other open questions that the rule answers, and no others', async () => {
    await here.classify([bash('call-1', 'make'), bash('call-2', 'make'), bash('call-3', 'rm x')]);
    const { settled, decided } = await here.answer('call-1', ALWAYS);
    expect(settled).toEqual({ accepted: true });
    expect(decided).toMatchObject([
      { callId: 'call-1', by: 'Ada' },
      { callId: 'call-2', by: 'rule', decision: { behavior: 'allow', args: { command: 'make' } } },
    ]);
    expect(here.row('call-2')).toMatchObject({ decidedBy: 'rule' });
    expect(here.pending()).toEqual(['call-3']);
  });

  test('D10 APPR-32 holds in its conversation only', async () => {
    await here.classify([bash('call-1', 'make')]);
    await here.answer('call-1', ALWAYS);
    const other = here.store.conversations.ensure(HUB, { agentId: 'agent-1', conversationId: 'conv-2' }).id;
    expect(here.settings.of(other).rules).toEqual([]);
  });

  test('APPR-33 saves nothing when the answer is refused', async () => {
    await here.classify([bash('call-1', 'make')]);
    await here.answer('call-1', allow({ suggestions: ['save-default'], updatedInput: { nonsense: true } }));
    expect(here.settings.of(here.conversation).rules).toEqual([]);
    await here.answer('call-1', allow());
    await here.answer('call-1', ALWAYS);
    expect(here.settings.of(here.conversation).rules).toEqual([]);
  });

  test.each(['save-all', 'constructor', '__proto__', ''])(
    'APPR-33 saves nothing for a suggestion that was not made (%j)',
    async (id) => {
      await here.classify([bash('call-1', 'make')]);
      expect((await here.answer('call-1', allow({ suggestions: [id] }))).settled.accepted).toBe(true);
      expect(here.settings.of(here.conversation).rules).toEqual([]);
    },
  );

  test('a judge that breaks over the other questions takes nothing back', async () => {
    await here.classify([bash('call-1', 'make'), bash('call-2', 'make')]);
    here.judge = () => Promise.reject(new Error('judge broke'));
    const { settled, decided } = await here.answer('call-1', ALWAYS);
    expect(settled).toEqual({ accepted: true });
    expect(decided).toMatchObject([{ callId: 'call-1' }]);
    expect(here.pending()).toEqual(['call-2']);
  });
});

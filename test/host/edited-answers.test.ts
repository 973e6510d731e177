import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { Approvals, allow } from './support/approvals.ts';
import { bash, CHOSEN } from './support/samples.ts';

let here: Approvals;
beforeEach(() => {
  here = new Approvals();
});

const write = (id: string, file_path: string) => ({
  id,
  name: 'Write',
  arguments: JSON.stringify({ file_path, content: 'hello\n' }),
});

describe('edited arguments', () => {
  test('APPR-20 are what runs; what was shown is kept beside', async () => {
    await here.classify([bash('call-1', 'echo asked')]);
    const { settled, decided } = await here.answer(
      'call-1',
      allow({ updatedInput: { command: 'echo edited' } }),
    );
    expect(settled).toEqual({ accepted: true });
    const decision = { behavior: 'allow', args: { command: 'echo edited' }, edited: true };
    expect(decided).toMatchObject([{ decision }]);
    expect(here.row('call-1')).toMatchObject({ decision, shown: { args: { command: 'echo asked' } } });
  });

  test('APPR-20 that are the same as those asked about are no edit', async () => {
    await here.classify([bash('call-1', 'echo asked')]);
    const { decided } = await here.answer('call-1', allow({ updatedInput: { command: 'echo asked' } }));
    expect(decided).toMatchObject([{ decision: { edited: false } }]);
  });

  test('APPR-21 say anew what the call touches', async () => {
    await here.classify([write('call-1', 'a.txt')]);
    const { decided } = await here.answer(
      'call-1',
      allow({ updatedInput: { file_path: 'b.txt', content: '' } }),
    );
    expect(decided).toMatchObject([
      { decision: { effect: { kind: 'writes', files: [join(here.project, 'b.txt')] } } },
    ]);
  });

  test.each([
    ['miss a field', {}, 'command'],
    ['have a field of the wrong kind', { command: 7 }, 'command'],
    ['have a field that the tool does not know', { command: 'ls', force: true }, 'force'],
  ])('APPR-22 that %s are refused with what is wrong, and the approval stays', async (_, args, field) => {
    await here.classify([bash('call-1')]);
    const { settled, decided } = await here.answer('call-1', allow({ updatedInput: args }));
    expect(settled).toMatchObject({
      accepted: false,
      error: expect.stringContaining('The edited arguments do not fit the tool'),
    });
    expect(settled.error).toContain(field);
    expect([decided, here.pending()]).toEqual([[], ['call-1']]);
    expect((await here.answer('call-1', allow())).settled).toEqual({ accepted: true });
  });

  test('APPR-23 that a rule denies are refused with the rule, and the approval stays', async () => {
    here.permissions({ deny: ['Bash(rm:*)', 'Write(secret/**)'] });
    await here.classify([bash('call-1'), write('call-2', 'a.txt')]);
    const command = await here.answer('call-1', allow({ updatedInput: { command: 'rm -rf x' } }));
    const file = await here.answer(
      'call-2',
      allow({ updatedInput: { file_path: 'secret/key', content: '' } }),
    );
    for (const { settled, decided } of [command, file]) {
      expect(settled.accepted).toBe(false);
      expect(settled.error).toContain('are not permitted');
      expect(decided).toEqual([]);
    }
    expect(here.pending()).toEqual(['call-1', 'call-2']);
    here.restart();
    expect(here.pending()).toEqual(['call-1', 'call-2']);
  });

  test('APPR-23 need no other permission: the person has just given it', async () => {
    here.permissions({ alwaysAsk: ['Bash'] });
    here.mode = 'strict';
    await here.classify([bash('call-1')]);
    const { settled } = await here.answer('call-1', allow({ updatedInput: { command: 'echo other' } }));
    expect(settled).toEqual({ accepted: true });
  });

  test('are judged for the directory in which the call will run', async () => {
    await here.classify([write('call-1', 'a.txt')]);
    here.store.conversations.setCwd(here.conversation, here.home, CHOSEN);
    const { decided } = await here.answer(
      'call-1',
      allow({ updatedInput: { file_path: 'b.txt', content: '' } }),
    );
    expect(decided).toMatchObject([{ decision: { effect: { files: [join(here.project, 'b.txt')] } } }]);
  });

  test('a judge that breaks leaves the approval pending', async () => {
    await here.classify([bash('call-1')]);
    const { judge } = here;
    here.judge = () => Promise.reject(new Error('judge broke'));
    await expect(here.answer('call-1', allow({ updatedInput: { command: 'ls' } }))).rejects.toThrow();
    here.judge = judge;
    expect(here.pending()).toEqual(['call-1']);
  });
});

import { beforeEach, describe, expect, test } from 'vitest';
import type { JudgeInput } from '../../machines/ports.ts';
import { Approvals, allow, deny } from './support/approvals.ts';
import { bash, CHOSEN, succeeded } from './support/samples.ts';

let here: Approvals;
let judged: JudgeInput[];
beforeEach(() => {
  here = new Approvals();
  judged = [];
  const { judge } = here;
  here.judge = (input) => {
    judged.push(input);
    return judge(input);
  };
});

const read = (id: string, file_path: string) => ({
  id,
  name: 'Read',
  arguments: JSON.stringify({ file_path }),
});

describe('the calls of a step', () => {
  test('APPR-40 stand as the judge says, in the order of the model', async () => {
    here.permissions({ deny: ['Bash(rm:*)'] });
    const standings = await here.classify([
      bash('asked', 'make'),
      read('allowed', 'a.txt'),
      bash('denied', 'rm x'),
      { id: 'invalid', name: 'Bash', arguments: '{"comm' },
      { id: 'unknown', name: 'Hammer', arguments: '{}' },
    ]);
    expect(standings.map(({ id, kind }) => [id, kind])).toEqual([
      ['asked', 'asking'],
      ['allowed', 'allowed'],
      ['denied', 'denied'],
      ['invalid', 'denied'],
      ['unknown', 'denied'],
    ]);
    expect(standings.slice(3)).toMatchObject([
      { reason: expect.stringContaining('not valid JSON') },
      { reason: expect.stringContaining('Hammer') },
    ]);
  });

  test('APPR-41 that ask are on disk with all that a person is shown', async () => {
    here.file('a.txt', 'old\n');
    const [standing] = await here.classify([
      {
        id: 'call-1',
        name: 'Write',
        arguments: JSON.stringify({ file_path: 'a.txt', content: 'new\n' }),
      },
    ]);
    expect(standing).toMatchObject({
      kind: 'asking',
      approvalId: 'perm-call-1',
      cwd: here.project,
      args: { file_path: 'a.txt' },
      suggestions: [{ id: 'save-default', text: expect.stringContaining('a.txt') }],
      diffs: [{ mode: 'advanced' }],
    });
    here.restart();
    expect(here.row('call-1')?.shown).toEqual(standing);
  });

  test('APPR-40 are judged by the mode, the directory and the rules of their conversation', async () => {
    here.store.conversations.setMode(here.conversation, 'strict', CHOSEN);
    here.store.conversations.setCwd(here.conversation, here.home, CHOSEN);
    here.store.conversations.addRule(here.conversation, { tool: 'Read', path: '/a' });
    await here.classify([bash('call-1')]);
    expect(judged).toEqual([
      { call: bash('call-1'), cwd: here.home, mode: 'strict', rules: [{ tool: 'Read', path: '/a' }] },
    ]);
  });
});

describe('after a restart', () => {
  /** The host starts again with a mode in which nothing would be asked. */
  const again = () => {
    here.restart();
    here.mode = 'unrestricted';
    judged = [];
    return here.standings();
  };

  test('APPR-42 an outcome is believed', async () => {
    await here.classify([bash('call-1')]);
    here.store.calls.settle('turn-1', 'call-1', succeeded);
    expect(await again()).toEqual([{ ...bash('call-1'), kind: 'settled', outcome: succeeded }]);
    expect(judged).toEqual([]);
  });

  test('APPR-42 an answer is believed, with its edit and its comment', async () => {
    await here.classify([bash('call-1'), bash('call-2')]);
    await here.answer('call-1', allow({ message: 'mind', updatedInput: { command: 'echo edited' } }));
    await here.answer('call-2', deny('no'));
    expect(await again()).toEqual([
      {
        ...bash('call-1'),
        kind: 'allowed',
        args: { command: 'echo edited' },
        cwd: here.project,
        effect: { kind: 'anything' },
        comment: 'mind',
      },
      { ...bash('call-2'), kind: 'denied', reason: 'no' },
    ]);
    expect(judged).toEqual([]);
  });

  test('APPR-42 a question stays a question, whatever the mode is now', async () => {
    const [standing] = await here.classify([bash('call-1')]);
    expect(await again()).toEqual([standing]);
    expect(judged).toEqual([]);
  });

  test('APPR-42 what nobody was asked about is judged anew', async () => {
    await here.classify([bash('call-1')]);
    here.store.calls.propose(here.conversation, 'turn-1', 1, [bash('call-2')]);
    expect((await again()).map(({ kind }) => kind)).toEqual(['asking', 'allowed']);
    expect(judged).toHaveLength(1);
  });

  test('APPR-43 a call that had begun and has no outcome is never run again: its outcome is unknown', async () => {
    await here.classify([bash('call-1'), bash('call-2')]);
    for (const id of ['call-1', 'call-2']) await here.answer(id, allow());
    here.store.calls.intend('turn-1', 'call-1', { command: 'echo call-1' });
    // Also without a restart: a conversation may have been stopped for another hub, or by a fault.
    expect(await here.standings()).toMatchObject([
      { id: 'call-1', kind: 'settled', outcome: { status: 'error', outcome: 'unknown' } },
      { id: 'call-2', kind: 'allowed' },
    ]);
    expect(here.row('call-1')?.outcome).toMatchObject({ outcome: 'unknown' });
  });

  test('an outcome counts more than an answer', async () => {
    await here.classify([bash('call-1')]);
    await here.answer('call-1', allow());
    here.store.calls.settle('turn-1', 'call-1', succeeded);
    expect(await again()).toMatchObject([{ kind: 'settled' }]);
  });
});

describe('the time limit of a question', () => {
  test('APPR-83 runs from when it was first asked, also over a restart, and is over when it has passed', async () => {
    const asked = { ms: 60_000, now: () => 1_000_000 };
    expect(await here.classify([bash('call-1')], 1, asked)).toMatchObject([
      { deadline: 1_060_000, limitMs: 60_000 },
    ]);
    here.restart();
    expect(await here.standings(1, { ms: 60_000, now: () => 1_045_000 })).toMatchObject([
      { deadline: 1_060_000, limitMs: 15_000 },
    ]);
    expect(await here.standings(1, { ms: null, now: () => 2_000_000 })).toMatchObject([
      { deadline: 1_060_000, limitMs: 1 },
    ]);
  });

  test('APPR-83 is no longer than a whole one, also when the clock was set back meanwhile', async () => {
    await here.classify([bash('call-1')], 1, { ms: 60_000, now: () => 7_200_000 });
    here.restart();
    expect(await here.standings(1, { ms: 60_000, now: () => 3_600_000 })).toMatchObject([
      { limitMs: 60_000 },
    ]);
  });

  test('APPR-83 is never longer than a timer can be', async () => {
    const [standing] = await here.classify([bash('call-1')], 1, { ms: 30 * 86_400_000, now: () => 0 });
    expect(standing).toMatchObject({ limitMs: 2 ** 31 - 1, deadline: 30 * 86_400_000 });
  });

  test('D15 APPR-83 there is none unless it was set', async () => {
    const [standing] = await here.classify([bash('call-1')]);
    expect([standing && 'limitMs' in standing, standing && 'deadline' in standing]).toEqual([false, false]);
  });
});

test('a judge that breaks is a fault of the turn, and nobody is asked anything', async () => {
  here.judge = () => Promise.reject(new Error('judge broke'));
  await expect(here.classify([bash('call-1')])).rejects.toThrow('judge broke');
  expect(here.pending()).toEqual([]);
});

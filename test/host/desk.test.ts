import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Answer, DeskCommand, DeskEvent } from '../../machines/ports.ts';
import { createDesk } from '../../src/host/desk.ts';
import { QUEUE_LIMIT } from '../../src/host/store/inputs.ts';
import { type Invoked, invoke } from '../actors/invoked.ts';
import { Approvals, allow, deny } from './support/approvals.ts';
import { AT, bash, SCOPE, submission } from './support/samples.ts';
import { fillDisk, freeDisk } from './support/temp-store.ts';

let here: Approvals;
let desk: Invoked<DeskEvent>;
beforeEach(() => {
  here = new Approvals();
  here.endTurn();
  open();
});

function open(): void {
  const { conversation } = here;
  desk = invoke<DeskEvent>(
    createDesk({
      store: here.store,
      judge: (input) => here.judge(input),
      settings: here.settings,
      rowOf: () => conversation,
      now: () => Date.parse(AT),
    }),
    { scope: SCOPE },
  );
}

const tell = (...commands: DeskCommand[]) => {
  for (const command of commands) desk.tell(command);
};
/** Everything that the desk says to these commands, when it has said so many things. */
async function says(count: number, ...commands: DeskCommand[]): Promise<DeskEvent[]> {
  const before = desk.said.length;
  tell(...commands);
  await vi.waitFor(() => expect(desk.said.length).toBeGreaterThanOrEqual(before + count));
  return desk.said.slice(before);
}
const accept = (id: string): DeskCommand => ({
  type: 'desk.accept',
  requestId: `r-${id}`,
  submission: submission(id),
});
const withdraw = (clientMessageId: string | null, itemId: string | null = null): DeskCommand => ({
  type: 'desk.withdraw',
  request: { requestId: 'r', reply: 'withdraw_input', clientMessageId, itemId },
  item: null,
});
const change = (rest: { mode?: string; cwd?: string; by?: string | null }): DeskCommand => ({
  type: 'desk.change',
  requestId: 'r',
  mode: null,
  cwd: null,
  by: null,
  ...rest,
});
const answer = (requestId: string, decision: Answer['decision']): DeskCommand => ({
  type: 'desk.answer',
  requestId,
  answer: { approvalId: 'perm-call-1', decision, by: requestId, at: AT },
});
const types = (said: DeskEvent[]) => said.map(({ type }) => type);

describe('an input at the desk', () => {
  test('HOST-60 is accepted when it is in the store, and not from inside the handling of the command', async () => {
    tell(accept('cm-1'));
    expect(desk.said).toEqual([]);
    expect(here.store.inputs.queued(here.conversation)).toHaveLength(1);
    await desk.heard('input.accepted');
    expect(desk.said).toMatchObject([{ requestId: 'r-cm-1', item: { clientMessageId: 'cm-1' } }]);
  });

  test('D3 HOST-60 that comes again is told what the first was told', async () => {
    const said = await says(3, accept('cm-1'), accept('cm-2'), accept('cm-1'));
    expect(said[2]).toEqual({
      type: 'input.repeated',
      requestId: 'r-cm-1',
      clientMessageId: 'cm-1',
      disposition: 'started',
    });
    expect(await says(1, accept('cm-2'))).toMatchObject([{ disposition: 'queued' }]);
  });

  test('HOST-60 that was withdrawn is refused by name', async () => {
    const [, said] = await says(2, withdraw('cm-1'), accept('cm-1'));
    expect(said).toMatchObject({
      type: 'input.refused',
      requestId: 'r-cm-1',
      error: expect.stringMatching(/^cm-1 was withdrawn/),
    });
  });

  test('HOST-60 is refused when too many wait, and told how many', async () => {
    for (let i = 0; i < QUEUE_LIMIT; i += 1)
      here.store.inputs.accept(here.conversation, submission(`cm-${i}`), 'queued');
    const [said] = await says(1, accept('one more'));
    expect(said).toMatchObject({
      type: 'input.refused',
      error: `Input was rejected by the queue: ${QUEUE_LIMIT} inputs wait in this conversation already`,
    });
  });

  test('HOST-61 that the store cannot take is refused with the reason, and may come again', async () => {
    fillDisk(here.store);
    const big: DeskCommand = {
      type: 'desk.accept',
      requestId: 'r',
      submission: submission('cm-1', { messages: [{ role: 'user', content: 'x'.repeat(200_000) }] }),
    };
    const [said] = await says(1, big);
    expect(said).toMatchObject({
      type: 'input.refused',
      code: 'store_full',
      error: expect.stringContaining('full'),
    });
    freeDisk(here.store);
    expect(types(await says(1, big))).toEqual(['input.accepted']);
  });

  test('HOST-62 takes back the pause of its conversation', async () => {
    here.store.conversations.setPaused(here.conversation, true);
    await says(1, accept('cm-1'));
    expect(here.store.conversations.get(here.conversation).paused).toBe(false);
    here.store.conversations.setPaused(here.conversation, true);
    tell({ type: 'desk.unpause' });
    expect(here.store.conversations.get(here.conversation).paused).toBe(false);
  });
});

describe('a withdrawal at the desk', () => {
  test('HOST-63 is settled by the store: withdrawn, or taken already', async () => {
    await says(1, accept('cm-1'));
    expect(await says(1, withdraw('cm-1'))).toMatchObject([{ status: 'withdrawn' }]);
    await says(1, accept('cm-2'));
    here.store.turns.open('turn-2', here.conversation, '{}', []);
    here.store.inputs.take('turn-2', [here.store.inputs.queued(here.conversation)[0]?.seq ?? 0]);
    expect(await says(1, withdraw('cm-2'))).toMatchObject([{ status: 'already_dequeued' }]);
  });

  test('HOST-63 of an item that is not in the queue comes too late', async () => {
    expect(await says(1, withdraw(null, 'q-99'))).toMatchObject([{ status: 'already_dequeued' }]);
  });

  test('HOST-63 that cannot be written says so, with what it was about', async () => {
    const [accepted] = await says(1, accept('cm-1'));
    const item = accepted?.type === 'input.accepted' ? accepted.item : null;
    fillDisk(here.store);
    const long = 'x'.repeat(200_000);
    const command = { ...withdraw(long), item: null } as DeskCommand;
    expect(await says(1, command)).toMatchObject([
      { type: 'withdrawal.failed', item: null, error: expect.stringContaining('full') },
    ]);
    expect(item?.clientMessageId).toBe('cm-1');
  });
});

describe('a cancellation at the desk', () => {
  const cancel: DeskCommand = { type: 'desk.cancel', requestId: 'r', turnId: 'turn-2', by: 'Ada' };

  test('HOST-64 is recorded, and pauses the queue', async () => {
    here.store.turns.open('turn-2', here.conversation, '{}', []);
    expect(await says(1, cancel)).toEqual([
      { type: 'cancellation.recorded', requestId: 'r', turnId: 'turn-2' },
    ]);
    expect(here.store.turns.get('turn-2')).toMatchObject({ cancelled: true });
    expect(here.store.conversations.get(here.conversation).paused).toBe(true);
  });

  test('HOST-64 of a turn that is over fails, and pauses nothing', async () => {
    expect(await says(1, cancel)).toMatchObject([
      { type: 'cancellation.failed', error: 'turn turn-2 is over' },
    ]);
    expect(here.store.conversations.get(here.conversation).paused).toBe(false);
  });
});

describe('a change at the desk', () => {
  const settings = () => here.settings.of(here.conversation);

  test('HOST-65 of the mode is kept, also by an older name', async () => {
    expect(await says(1, change({ mode: 'strict' }))).toEqual([
      { type: 'change.settled', requestId: 'r', accepted: true },
    ]);
    expect(settings().mode).toBe('strict');
    await says(1, change({ mode: 'bypassPermissions' }));
    expect(settings().mode).toBe('unrestricted');
  });

  test.each(['plan', '', 'constructor'])(
    'HOST-65 to a mode that is none (%j) is refused with those that are',
    async (mode) => {
      const [said] = await says(1, change({ mode, cwd: here.home }));
      expect(said).toMatchObject({
        accepted: false,
        error: `Unsupported permission mode: "${mode}". Use one of: standard, acceptEdits, unrestricted, strict.`,
      });
      expect(settings()).toMatchObject({ mode: 'standard', cwd: here.project, cwdRevision: 0 });
    },
  );

  test('HOST-66 of the directory follows links, and starts from the one before', async () => {
    mkdirSync(join(here.project, 'a', 'b'), { recursive: true });
    symlinkSync(join(here.project, 'a'), join(here.project, 'link'));
    await says(1, change({ cwd: 'link' }));
    expect(settings()).toMatchObject({ cwd: join(here.project, 'a'), cwdRevision: 1 });
    await says(1, change({ cwd: 'b' }));
    expect(settings().cwd).toBe(join(here.project, 'a', 'b'));
    await says(1, change({ cwd: '~' }));
    expect(settings().cwd).toBe(homedir());
  });

  test.each(['nowhere', 'file.txt', 'file.txt/below', '~nobody'])(
    'HOST-66 to what is no directory (%j) is refused, and the revision goes up',
    async (cwd) => {
      writeFileSync(join(here.project, 'file.txt'), '');
      const [said] = await says(1, change({ cwd, mode: 'strict' }));
      expect(said).toMatchObject({ accepted: false, error: `No such directory: "${cwd}".` });
      expect(settings()).toMatchObject({ cwd: here.project, mode: 'standard', cwdRevision: 1 });
    },
  );

  test('HOST-29 is kept with who made it and when, the newest of each', async () => {
    const row = () => here.store.conversations.get(here.conversation);
    expect([row().modeChosen, row().cwdChosen]).toEqual([null, null]);
    await says(1, change({ mode: 'strict', by: 'pia' }));
    expect([row().modeChosen, row().cwdChosen]).toEqual([{ by: 'pia', at: AT }, null]);
    await says(2, change({ cwd: here.home, by: 'tom' }), change({ mode: 'plan', by: 'eve' }));
    expect([row().modeChosen, row().cwdChosen]).toEqual([
      { by: 'pia', at: AT },
      { by: 'tom', at: AT },
    ]);
    await says(1, change({ mode: 'standard', by: null }));
    expect(row().modeChosen).toEqual({ by: null, at: AT });
  });

  test('of nothing is accepted', async () => {
    expect(await says(1, change({}))).toMatchObject([{ accepted: true }]);
  });
});

describe('answers at the desk', () => {
  beforeEach(async () => {
    here.store.turns.open('turn-1b', here.conversation, '{}', []);
    here.store.turns.endStep('turn-1b', 1, 'run-1');
    here.store.calls.propose(here.conversation, 'turn-1b', 1, [bash('call-1')]);
    const row = here.store.calls.find(here.conversation, 'call-1');
    const standing = {
      ...bash('call-1'),
      kind: 'asking' as const,
      approvalId: 'perm-call-1',
      args: { command: 'echo call-1' },
      cwd: here.project,
      effect: { kind: 'anything' as const },
      suggestions: [],
      rules: {},
      diffs: [],
    };
    here.store.calls.show(row?.id ?? 0, standing);
  });

  test('APPR-10 are settled first and acted on then', async () => {
    expect(types(await says(2, answer('Ada', allow())))).toEqual(['answer.settled', 'approval.decided']);
  });

  test('D20 APPR-17 the first to come is the first to count, however long its check takes', async () => {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { judge } = here;
    here.judge = async (input) => {
      await held;
      return judge(input);
    };
    tell(answer('Ada', allow({ updatedInput: { command: 'echo edited' } })), answer('Bob', deny('no')));
    release();
    await desk.heard('approval.decided');
    await vi.waitFor(() => expect(desk.said).toHaveLength(3));
    expect(desk.said).toMatchObject([
      { type: 'answer.settled', requestId: 'Ada', accepted: true },
      { type: 'approval.decided', by: 'Ada' },
      { type: 'answer.settled', requestId: 'Bob', accepted: false, decided: { by: 'Ada' } },
    ]);
  });

  test('APPR-22 one that is refused leaves it to the next', async () => {
    const said = await says(
      3,
      answer('Ada', allow({ updatedInput: { nonsense: 1 } })),
      answer('Bob', allow()),
    );
    expect(said).toMatchObject([
      { requestId: 'Ada', accepted: false },
      { requestId: 'Bob', accepted: true },
      { type: 'approval.decided', by: 'Bob' },
    ]);
  });

  test('D20 HOST-67 a slow answer holds up no input and no abort', async () => {
    here.judge = () => new Promise(() => undefined);
    tell(answer('Ada', allow({ updatedInput: { command: 'ls' } })));
    const cancel: DeskCommand = { type: 'desk.cancel', requestId: 'r', turnId: 'turn-1b', by: null };
    expect(types(await says(2, accept('cm-9'), cancel))).toEqual(['input.accepted', 'cancellation.recorded']);
  });

  test('a judge that breaks is told to who answered', async () => {
    here.judge = () => Promise.reject(new Error('judge broke'));
    expect(await says(1, answer('Ada', allow({ updatedInput: { command: 'ls' } })))).toEqual([
      { type: 'answer.settled', requestId: 'Ada', accepted: false, error: 'judge broke' },
    ]);
    // The next one is heard all the same.
    expect(types(await says(2, answer('Bob', allow())))).toContain('approval.decided');
  });
});

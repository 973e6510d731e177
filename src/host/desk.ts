import { realpath, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { fromCallback } from 'xstate';
import { StoreError } from '../../actors/sqlite/store-error.ts';
import type { Answer, DeskCommand, DeskEvent, Scope } from '../../machines/ports.ts';
import { modes, readMode } from '../protocol/modes.ts';
import { settleAnswer } from './answers.ts';
import type { Judge } from './classify.ts';
import type { Settings } from './conversation-settings.ts';
import type { HostStore } from './store/host-store.ts';
import { storeRefusal } from './store-refusal.ts';

export interface DeskOptions {
  store: HostStore;
  judge: Judge;
  settings: Settings;
  rowOf: (scope: Scope) => number;
  now: () => number;
}

/** Port `desk`: the durable clerk of a conversation. Each command is one commit; its answer comes after it. */
export function createDesk(options: DeskOptions) {
  const { store, judge, settings, rowOf, now } = options;
  return fromCallback<DeskCommand, { scope: Scope }>(({ input, sendBack, receive }) => {
    const conversation = rowOf(input.scope);
    const say = (...events: DeskEvent[]): void => {
      queueMicrotask(() => {
        for (const event of events) sendBack(event);
      });
    };
    let last: Promise<void> | null = null;
    /** What takes time goes one after the other, so that the first to come is the first to count (D20). */
    const inOrder = (work: () => Promise<void>): void => {
      const mine = last ? last.then(work) : work();
      last = mine;
      void mine.then(() => {
        if (last === mine) last = null;
      });
    };
    const orElse = (work: () => DeskEvent, failed: (error: StoreError) => DeskEvent): void => {
      say(attempt(store, work, failed));
    };

    const settle = (requestId: string | null, answer: Answer): void =>
      inOrder(() =>
        settleAnswer(store, judge, settings, conversation, answer).then(
          ({ settled, decided }) => say({ type: 'answer.settled', requestId, ...settled }, ...decided),
          (error: unknown) =>
            say({ type: 'answer.settled', requestId, accepted: false, error: explain(error) }),
        ),
      );

    receive((command) => {
      switch (command.type) {
        case 'desk.accept':
          return orElse(
            () => accept(store, conversation, command),
            (error) => ({
              type: 'input.refused',
              requestId: command.requestId,
              clientMessageId: command.submission.clientMessageId,
              ...storeRefusal(error),
            }),
          );
        case 'desk.withdraw':
          return orElse(
            () => withdraw(store, conversation, command, new Date(now()).toISOString()),
            ({ message }) => ({
              type: 'withdrawal.failed',
              request: command.request,
              item: command.item,
              error: message,
            }),
          );
        case 'desk.cancel':
          return orElse(
            () => cancel(store, conversation, command, new Date(now()).toISOString()),
            ({ message }) => ({ type: 'cancellation.failed', requestId: command.requestId, error: message }),
          );
        case 'desk.unpause':
          // A pause that could not be taken back on disk holds again after a restart, no more.
          attempt(
            store,
            () => store.conversations.setPaused(conversation, false),
            () => undefined,
          );
          return;
        case 'desk.expire':
          return settle(null, {
            approvalId: command.approvalId,
            decision: { behavior: 'deny', message: 'Nobody answered within the time limit' },
            by: 'time limit',
            at: new Date(now()).toISOString(),
          });
        case 'desk.answer':
          return settle(command.requestId, command.answer);
        case 'desk.change':
          return inOrder(() =>
            change(options, conversation, command).then(
              (error) =>
                say({
                  type: 'change.settled',
                  requestId: command.requestId,
                  accepted: error === null,
                  ...(error === null ? {} : { error }),
                }),
              (error: unknown) =>
                say({
                  type: 'change.settled',
                  requestId: command.requestId,
                  accepted: false,
                  error: explain(error),
                }),
            ),
          );
      }
    });
  });
}

type CommandOf<T extends DeskCommand['type']> = Extract<DeskCommand, { type: T }>;

function accept(store: HostStore, conversation: number, command: CommandOf<'desk.accept'>): DeskEvent {
  const { requestId, submission } = command;
  const { clientMessageId } = submission;
  const idle = store.turns.openOf(conversation) === null && store.inputs.queued(conversation).length === 0;
  const accepted = store.inputs.accept(conversation, submission, idle ? 'started' : 'queued');
  switch (accepted.kind) {
    case 'accepted':
      store.conversations.setPaused(conversation, false);
      return { type: 'input.accepted', requestId, item: accepted.item };
    case 'repeated':
      return { type: 'input.repeated', requestId, clientMessageId, disposition: accepted.disposition };
    case 'withdrawn':
      return {
        type: 'input.refused',
        requestId,
        clientMessageId,
        code: 'withdrawn',
        error: `${clientMessageId} was withdrawn; send it again under a new client_message_id`,
      };
    case 'full':
      return {
        type: 'input.refused',
        requestId,
        clientMessageId,
        code: 'queue_full',
        error: `Input was rejected by the queue: ${accepted.waiting} inputs wait in this conversation already`,
      };
  }
}

function withdraw(
  store: HostStore,
  conversation: number,
  command: CommandOf<'desk.withdraw'>,
  at: string,
): DeskEvent {
  const { request, item } = command;
  const clientMessageId = item?.clientMessageId ?? request.clientMessageId;
  const status =
    clientMessageId === null
      ? ('already_dequeued' as const)
      : store.inputs.withdraw(conversation, clientMessageId, at);
  return { type: 'withdrawal.settled', request, item, status };
}

function cancel(
  store: HostStore,
  conversation: number,
  command: CommandOf<'desk.cancel'>,
  at: string,
): DeskEvent {
  const { requestId, turnId } = command;
  if (!store.turns.cancel(turnId, command.by, at))
    return { type: 'cancellation.failed', requestId, error: `turn ${turnId} is over` };
  store.conversations.setPaused(conversation, true);
  return { type: 'cancellation.recorded', requestId, turnId };
}

/** Returns what was wrong, or null. */
async function change(
  { store, settings, now }: DeskOptions,
  conversation: number,
  command: CommandOf<'desk.change'>,
): Promise<string | null> {
  const mode = command.mode === null ? null : readMode(command.mode);
  if (command.mode !== null && mode === null)
    return `Unsupported permission mode: "${command.mode}". Use one of: ${modes.join(', ')}.`;
  const cwd = command.cwd === null ? null : await directory(command.cwd, settings.of(conversation).cwd);
  if (command.cwd !== null && cwd === null) {
    store.db.transaction(() => store.conversations.touchCwd(conversation));
    return `No such directory: "${command.cwd}".`;
  }
  const chosen = { by: command.by, at: new Date(now()).toISOString() };
  store.db.transaction(() => {
    if (mode !== null) store.conversations.setMode(conversation, mode, chosen);
    if (cwd !== null) store.conversations.setCwd(conversation, cwd, chosen);
  });
  return null;
}

async function directory(path: string, base: string): Promise<string | null> {
  const home = path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
  try {
    const real = await realpath(isAbsolute(home) ? home : resolve(base, home));
    return (await stat(real)).isDirectory() ? real : null;
  } catch {
    return null;
  }
}

function attempt<T>(store: HostStore, work: () => T, failed: (error: StoreError) => T): T {
  try {
    return store.db.transaction(work);
  } catch (error) {
    if (error instanceof StoreError) return failed(error);
    throw error;
  }
}

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

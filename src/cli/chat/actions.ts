import {
  type Answer,
  type Approval,
  isBusy,
  type Mode,
  modes,
  type Outcome,
  type Session,
  type View,
} from '../../client/index.ts';
import { contentText } from '../../protocol/content.ts';
import { editInEditor, editorOf, readArguments } from '../approve/edit-arguments.ts';
import { printable } from '../render/printable.ts';
import { type CommandName, chatHelp } from './read-line.ts';
import type { Screen } from './screen.ts';

export interface ChatContext {
  session: Session;
  screen: Pick<Screen, 'print' | 'lend'>;
  /** This message is on the screen already. */
  typed(clientMessageId: string): void;
  /** It waits for its turn. */
  queued(clientMessageId: string): void;
  leave(): void;
}

/** What a person can do in a chat. Every refusal is told. */
export class ChatActions {
  readonly #context: ChatContext;
  readonly #sent = new Set<string>();
  readonly #answered = new Set<string>();

  constructor(context: ChatContext) {
    this.#context = context;
  }

  /** True when nothing goes on that was begun here, or when it cannot go on without an answer. */
  isSettled(view: View): boolean {
    if (view.approvals.some(({ requestId }) => !this.#answered.has(requestId))) return true;
    return !isBusy(view) && [...this.#sent].every((id) => view.results[id] !== undefined);
  }

  async send(text: string): Promise<void> {
    const { session, screen, typed, queued } = this.#context;
    const clientMessageId = crypto.randomUUID();
    typed(clientMessageId);
    const { ok, error, disposition, held } = await session.send(text, { clientMessageId });
    if (ok && !held) this.#sent.add(clientMessageId);
    if (held || disposition === 'queued') queued(clientMessageId);
    if (!ok) screen.print(`not sent: ${error}`);
    else if (held) screen.print(`${held.environment} is offline; kept for it until ${held.until}`);
    else if (disposition === 'queued') screen.print('(queued; /queue shows what waits)');
  }

  /** `about` is the request that asked when the line was begun: an answer is to it and to no other. */
  async run(name: CommandName, rest: string, about: string | null): Promise<void> {
    const { session, screen } = this.#context;
    switch (name) {
      case 'help':
        return screen.print(chatHelp());
      case 'quit':
        return this.#context.leave();
      case 'abort': {
        const { ok, error, aborted, held } = await session.abort();
        if (!ok) screen.print(`not stopped: ${error}`);
        else if (held) screen.print(`${held.environment} is away; it is told to stop when it is back`);
        else if (!aborted) screen.print('nothing was running');
        return;
      }
      case 'queue':
        return screen.print(this.#queueLines().join('\n'));
      case 'remove':
        return this.#remove(rest);
      case 'resume':
        return this.#tell(await session.resumeQueue());
      case 'mode':
        return this.#mode(rest);
      case 'cwd':
        if (rest) return this.#tell(await session.setCwd(rest));
        return screen.print(session.view().deviceStatus?.current_working_directory ?? 'not known yet');
      case 'edit':
        return this.#edit(rest, about);
      default:
        return this.#decide(name, rest, about);
    }
  }

  #tell({ ok, error }: Outcome): void {
    if (!ok) this.#context.screen.print(`refused: ${error}`);
  }

  async #mode(word: string): Promise<void> {
    const { session, screen } = this.#context;
    if (!word) return screen.print(session.view().deviceStatus?.current_permission_mode ?? 'not known yet');
    if (!modes.includes(word as Mode))
      return screen.print(`there is no mode "${word}". It is one of: ${modes.join(', ')}`);
    this.#tell(await session.setMode(word as Mode));
  }

  #queueLines(): string[] {
    const { queue, held } = this.#context.session.view();
    const lines = queue.map((item, i) => {
      const why = item.paused
        ? ' (paused; /resume)'
        : item.waiting_for
          ? ` (waiting for ${item.waiting_for})`
          : '';
      return `${i + 1}. ${firstLine(contentText(item.content))}${why}`;
    });
    const kept = held.map(
      (item) => `-  ${firstLine(contentText(item.content ?? item.kind))} (kept for the host)`,
    );
    return lines.length + kept.length === 0 ? ['nothing waits'] : [...lines, ...kept];
  }

  async #remove(word: string): Promise<void> {
    const { session, screen } = this.#context;
    const item = session.view().queue[Number(word) - 1];
    if (!item) return screen.print(`there is no "${word}" in the queue; /queue shows it`);
    this.#tell(await session.removeQueued(item.id));
  }

  async #decide(name: 'approve' | 'deny' | 'always', rest: string, about: string | null): Promise<void> {
    const approval = this.#asking(about);
    if (!approval) return;
    const suggestionIds = approval.suggestions.map(({ id }) => id);
    if (name === 'always' && suggestionIds.length === 0)
      return this.#context.screen.print('there is no rule to save for this call; /approve allows it once');
    const answers: Record<typeof name, Answer> = {
      approve: { behavior: 'allow', ...(rest ? { message: rest } : {}) },
      deny: { behavior: 'deny', message: rest },
      always: { behavior: 'allow', suggestionIds },
    };
    await this.#answer(approval, answers[name]);
  }

  async #edit(text: string, about: string | null): Promise<void> {
    const { screen } = this.#context;
    const approval = this.#asking(about);
    if (!approval) return;
    const editor = editorOf(process.env);
    if (!text && !editor)
      return screen.print(
        `Neither $VISUAL nor $EDITOR is set. Type: /edit ${JSON.stringify(approval.input)}`,
      );
    const edited = text
      ? readArguments(text)
      : await screen.lend(() => editInEditor(editor ?? '', approval.input));
    if (!edited.ok) return screen.print(`${edited.error}; nothing was answered`);
    await this.#answer(approval, { behavior: 'allow', updatedInput: edited.args });
  }

  #asking(about: string | null): Approval | null {
    const { approvals } = this.#context.session.view();
    const approval = approvals.find(({ requestId }) => requestId === about);
    if (approval) return approval;
    const [now] = approvals;
    const since = now ? `; ${printable(now.toolName)} asks now, look at it and answer again` : '';
    if (about !== null) this.#context.screen.print(`that call asks no longer; nothing was answered${since}`);
    else if (now) this.#context.screen.print(`that was typed before the question${since}`);
    else this.#context.screen.print('nothing asks for permission now');
    return null;
  }

  async #answer(approval: Approval, answer: Answer): Promise<void> {
    const { ok, error, decided, held } = await this.#context.session.answer(approval.requestId, answer);
    if (held) this.#context.screen.print(`${held.environment} is away; the answer waits for it`);
    if (ok) {
      this.#answered.add(approval.requestId);
      return;
    }
    const first = decided ? ` (${decided.behavior} was said by ${decided.by ?? 'somebody'} first)` : '';
    this.#context.screen.print(`not taken: ${printable(error ?? '')}${first}`);
  }
}

function firstLine(text: string): string {
  const [line = '', ...more] = printable(text).trim().split('\n');
  return more.length > 0 || line.length > 100 ? `${line.slice(0, 100)}…` : line;
}

import type { Answer, Answered, Approval, Session } from '../../../src/client/index.ts';
import { commandOf, editedTag, FORBIDDEN, type PlannedCall, tagIn } from '../plan/script.ts';
import type { Books } from './books.ts';
import type { Signals } from './signals.ts';
import type { Story } from './story.ts';

export interface AnswererOptions {
  conversation: string;
  /** Who can answer; at least two. */
  sessions: readonly { who: string; session: Session }[];
  /** Somebody who was not there before. */
  newcomer: () => Session;
  calls: ReadonlyMap<string, PlannedCall>;
  books: Books;
  signals: Signals;
  story: Story;
}

/** An approval that is still open after so long is answered once more. */
const AGAIN_AFTER_MS = 4_000;

/** Has the approvals of one conversation on one host answered as the plan says, by whoever sees them first. */
export class Answerer {
  readonly #options: AnswererOptions;
  readonly #answeredAt = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  readonly #open = new Set<Promise<unknown>>();

  constructor(options: AnswererOptions) {
    this.#options = options;
    this.#timer = setInterval(() => this.#look(), 25);
  }

  /** Resolves when no answer is on its way any more. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#open);
  }

  get isWaiting(): boolean {
    return this.#open.size > 0;
  }

  #look(): void {
    for (const { session } of this.#options.sessions) {
      const view = session.view();
      if (view.link !== 'live') continue;
      for (const approval of view.approvals) {
        const before = this.#answeredAt.get(approval.requestId);
        const now = performance.now();
        if (before !== undefined && now - before < AGAIN_AFTER_MS) continue;
        this.#answeredAt.set(approval.requestId, now);
        const work = this.#answer(approval, before !== undefined);
        this.#open.add(work);
        void work.then(() => this.#open.delete(work));
      }
    }
  }

  async #answer(approval: Approval, isAgain: boolean): Promise<void> {
    const { sessions, calls } = this.#options;
    const [first, second] = sessions;
    const planned = calls.get(tagIn(String(approval.input.command)) ?? '');
    if (!first || !second) return;
    const tag = planned?.tag ?? approval.toolCallId;
    const reply = planned?.reply ?? 'allow';
    switch (isAgain && reply === 'newcomer' ? 'allow' : reply) {
      case 'allow':
        return this.#give(first, approval, ALLOW);
      case 'deny':
        return this.#give(first, approval, { behavior: 'deny', message: `not ${tag}` });
      case 'edit':
        return this.#give(second, approval, editOf(tag));
      case 'comment':
        return this.#give(second, approval, { behavior: 'allow', message: `mind ${tag}` });
      case 'rivals':
        await Promise.all([
          this.#give(first, approval, ALLOW),
          this.#give(second, approval, { behavior: 'deny', message: `rather not ${tag}` }),
        ]);
        return;
      case 'twice':
        await Promise.all([this.#give(first, approval, ALLOW), this.#give(second, approval, ALLOW)]);
        return;
      case 'forbiddenFirst':
        await this.#give(first, approval, {
          behavior: 'allow',
          updatedInput: { command: `${FORBIDDEN} ${commandOf(`${tag}-forbidden`, '0')}` },
        });
        return this.#give(first, approval, ALLOW);
      case 'newcomer': {
        const session = this.#options.newcomer();
        try {
          await session.ready;
          await this.#give({ who: 'newcomer', session }, approval, ALLOW);
        } catch {
          // The hub was away; whoever is there answers the next time.
        } finally {
          session.close();
        }
      }
    }
  }

  async #give(
    { who, session }: { who: string; session: Session },
    { requestId }: Approval,
    answer: Answer,
  ): Promise<void> {
    const { books, signals, story, conversation } = this.#options;
    story.tell(who, 'answers', `${requestId} ${JSON.stringify(answer)}`);
    signals.raise('answered');
    const result: Answered = await session.answer(requestId, answer);
    books.approval(requestId, conversation).answers.push({ by: who, answer, result });
    story.tell(who, 'was told of his answer', `${requestId} ${JSON.stringify(result)}`);
  }
}

const ALLOW: Answer = { behavior: 'allow' };
const editOf = (tag: string): Answer => ({
  behavior: 'allow',
  updatedInput: { command: commandOf(editedTag(tag), '0.05') },
});

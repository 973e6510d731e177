import type { PromptMessage } from '../../../machines/ports.ts';
import type { HubStore } from '../store/hub-store.ts';
import type { ConversationRow, MessageRow } from '../store/rows.ts';
import { BuiltPrompt } from './built-prompt.ts';
import type { Budget } from './window.ts';

export interface PromptBounds {
  /** Conversations whose prompt is kept in memory. */
  conversations: number;
  /** Characters of them all together. */
  chars: number;
}

export interface Composed {
  messages: PromptMessage[];
  /** Characters of the messages. */
  size: number;
  /** `seq` of the first row that is in the prompt, to be remembered. */
  cut: number;
}

/**
 * The prompts of the conversations that were used last, each kept built. One that was let go is built again from its
 * cut, so no turn ever reads a transcript from its beginning.
 */
export class Prompts {
  readonly #store: HubStore;
  readonly #bounds: PromptBounds;
  readonly #built = new Map<string, BuiltPrompt>();
  #size = 0;

  constructor(store: HubStore, bounds: PromptBounds = { conversations: 128, chars: 16 * 1024 * 1024 }) {
    this.#store = store;
    this.#bounds = bounds;
  }

  /** How many conversations are in memory. */
  get kept(): number {
    return this.#built.size;
  }

  /** New rows at the end of a transcript. A conversation that is not in memory needs none: it is read when used. */
  append(conversation: string, rows: readonly MessageRow[]): void {
    const built = this.#built.get(conversation);
    if (!built) return;
    const before = built.size;
    built.append(rows);
    this.#size += built.size - before;
  }

  /** The prompt within `budget`, newest turns first; the newest is in whatever its size. */
  async compose(conversation: ConversationRow, budget: Budget): Promise<Composed> {
    const { key } = conversation;
    const found = this.#built.get(key);
    const built = found ?? (await this.#read(conversation));
    const before = found ? built.size : 0;
    if (built.size > budget.full) built.cutTo(budget.afterCut);
    this.#built.delete(key);
    this.#built.set(key, built);
    this.#size += built.size - before;
    this.#letGo();
    return { messages: built.messages(), size: built.size, cut: built.first ?? conversation.cut };
  }

  /** Something else than an append happened to the transcript. */
  forget(conversation: string): void {
    const built = this.#built.get(conversation);
    if (!built) return;
    this.#size -= built.size;
    this.#built.delete(conversation);
  }

  async #read({ key, cut }: ConversationRow): Promise<BuiltPrompt> {
    const built = new BuiltPrompt();
    built.append(await this.#store.messagesFrom(key, cut));
    return built;
  }

  /** The one used longest ago goes first; the one just used stays. */
  #letGo(): void {
    for (const key of this.#built.keys()) {
      if (this.#built.size <= 1) return;
      if (this.#built.size <= this.#bounds.conversations && this.#size <= this.#bounds.chars) return;
      this.forget(key);
    }
  }
}

import { dropOldest } from '../drop-oldest.ts';

/** The newest prompts that are remembered; of an older one nobody tells again. */
const MAX_PROMPTS = 4_096;

/**
 * Which prompts were told. A host of Letta's shows those that had waited in its queue and no others, and may do so
 * before or after it posts them: whoever comes first, host or hub, tells them, and the other one is not heard.
 */
export class ToldPrompts {
  readonly #told = new Set<string>();

  /** False for a prompt that was told before; true for it the first time, and for whatever is no prompt. */
  isNews(scope: string, { delta }: Record<string, unknown>): boolean {
    const { message_type, client_message_id, otid, id } = (delta ?? {}) as Record<string, unknown>;
    if (message_type !== 'user_message') return true;
    // A host may post a message again under another `otid`; what its sender named it stays.
    const name = client_message_id ?? otid ?? id;
    if (name == null) return true;
    const key = `${scope}\n${name}`;
    if (this.#told.has(key)) return false;
    this.#told.add(key);
    dropOldest(this.#told, MAX_PROMPTS);
    return true;
  }
}

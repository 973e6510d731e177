import type { JsonObject, PromptMessage } from '../../../machines/ports.ts';
import type { ProviderId } from '../providers.ts';

/**
 * Metadata of a reasoning block: `{ [provider]: what it wants back }`. A block with `forCall` holds no
 * reasoning but the signature that Google puts on a call; `forCall` is that call's own id. A prompt has
 * no other place for it.
 */
export const FOR_CALL = 'forCall';

type Block = (PromptMessage & { role: 'assistant' })['reasoning'][number];
export type Signed = Record<string, JsonObject>;

/** The blocks that go back: those of this provider. Another one would refuse them, or pay to read them. */
export function blocksFor(
  provider: ProviderId,
  blocks: readonly Block[],
): { text: string; signed: Signed }[] {
  return blocks.flatMap(({ text, metadata }) => {
    const own = metadata?.[provider];
    if (metadata?.[FOR_CALL] !== undefined || !isObject(own)) return [];
    return { text, signed: { [provider]: own } };
  });
}

/** What this provider signed the call with, if it did. */
export function signatureOf(
  provider: ProviderId,
  blocks: readonly Block[],
  callProviderId: string,
): Signed | undefined {
  const own = blocks.find(({ metadata }) => metadata?.[FOR_CALL] === callProviderId)?.metadata?.[provider];
  return isObject(own) ? { [provider]: own } : undefined;
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

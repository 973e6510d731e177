import type { PromptMessage } from '../../../machines/ports.ts';

/**
 * The id under which each call of a prompt is told to the provider, by the hub's id of the call.
 *
 * It is the provider's own id, so that the provider recognises its call. But providers repeat theirs, and
 * refuse a prompt in which an id occurs twice or holds a character that only another provider uses; then
 * the hub's id, which is unique, takes its place.
 */
export function callIds(messages: readonly PromptMessage[]): ReadonlyMap<string, string> {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  for (const message of messages) {
    if (message.role !== 'assistant') continue;
    for (const { id, providerId } of message.calls) {
      const usable = /^[\w-]+$/.test(providerId) && !taken.has(providerId);
      const wireId = usable ? providerId : id;
      taken.add(wireId);
      ids.set(id, wireId);
    }
  }
  return ids;
}

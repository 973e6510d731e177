import type { LoopStatus } from '../../protocol/loop-status.ts';
import type { QueueItem } from '../../protocol/queue.ts';
import type { HeldEvent } from '../../protocol/relay.ts';
import { type Runtime, scopeKey } from '../../protocol/scope.ts';
import type { RelayContext } from './context.ts';
import type { Live } from './live.ts';

/** The newest messages in which one that left the queue is looked for. */
const LOOKED_AT = 100;

/** The `client_message_id`s that a host last said it had in its queue. */
export function queuedIds({ known }: RelayContext, live: Live, scope: string): string[] {
  const queue = (known.get(live.id, scope, 'queue')?.value ?? []) as Partial<QueueItem>[];
  return queue.flatMap(({ client_message_id: id }) => (typeof id === 'string' ? [id] : []));
}

/**
 * A foreign host keeps its queue in memory. What it had there and neither has nor runs nor has posted went with its
 * process, and nobody else would ever tell those who sent it.
 */
export async function tellLost(
  context: RelayContext,
  live: Live,
  runtime: Runtime,
  before: readonly string[],
): Promise<void> {
  const scope = scopeKey(runtime.agent_id, runtime.conversation_id);
  const loop = context.known.get(live.id, scope, 'loop')?.value as LoopStatus | undefined;
  // A turn that runs may have them, and post them yet.
  if (before.length === 0 || loop?.status !== 'WAITING_ON_INPUT') return;
  const { agent_id: agentId, conversation_id: conversationId } = runtime;
  const { messages } = await context.data.snapshot({ agentId, conversationId }, LOOKED_AT);
  const posted = messages.flatMap(({ otid, client_message_id }) => [otid, client_message_id]);
  const there = new Set<unknown>([...posted, ...queuedIds(context, live, scope)]);
  for (const id of before.filter((one) => !there.has(one)))
    context.rings.publish(live.id, runtime, {
      ...{ type: 'input_refused', runtime, environment: live.id, kind: 'input', id },
      error: `the host of "${live.name}" came back without it; send it again`,
    } satisfies HeldEvent);
}

import type { Scope } from '../../../machines/ports.ts';
import type { LoopStatus } from '../../protocol/loop-status.ts';
import { scopeKey } from '../../protocol/scope.ts';
import type { RelayContext } from './context.ts';
import type { Live } from './live.ts';
import { holdNew, pass } from './pass.ts';
import type { Asker } from './pending.ts';
import { requestIdOf } from './refusal.ts';
import { holdableOf, type ScopedFrame } from './stamp.ts';

/**
 * An abort means the turn that runs now, not the one that runs when it arrives: the hub puts on the turn it last
 * heard of. One that names its turn can wait for its host; the turn of a program without a host the hub ends.
 */
export function routeAbort(
  context: RelayContext,
  live: Live,
  asker: Asker,
  frame: ScopedFrame,
): void | Promise<void> {
  const { agent_id, conversation_id } = frame.runtime;
  const scope: Scope = { agentId: agent_id, conversationId: conversation_id };
  const lease = context.data.leaseOf(scope);
  if (lease?.environment === null && (frame.turn_id == null || frame.turn_id === lease.turnId))
    return endProgramTurn(context, asker, frame, scope);
  const heard = lease?.environment === live.id ? lease.turnId : turnHeardOf(context, live, frame);
  const turnId = frame.turn_id ?? heard;
  const stamped = turnId === null ? frame : { ...frame, turn_id: turnId };
  const holdable = holdableOf(stamped, context.now());
  return live.host || !holdable
    ? pass(context, live, asker, stamped, holdable)
    : holdNew(context, live, asker, stamped, holdable);
}

function turnHeardOf(context: RelayContext, live: Live, { runtime }: ScopedFrame): string | null {
  const scope = scopeKey(runtime.agent_id, runtime.conversation_id);
  const loop = context.known.get(live.id, scope, 'loop')?.value as LoopStatus | undefined;
  return loop?.turn_id ?? null;
}

async function endProgramTurn(
  { data }: RelayContext,
  asker: Asker,
  frame: ScopedFrame,
  scope: Scope,
): Promise<void> {
  const ended = await data.cancelScope(scope, { person: asker.person, environment: null });
  const requestId = requestIdOf(frame);
  if (requestId === null) return;
  const outcome = ended.ok
    ? { aborted: Object.keys(ended.runs).length > 0, success: true }
    : { aborted: false, success: false, error: ended.message };
  const { runtime } = frame;
  asker.answer({ type: 'abort_message_response', request_id: requestId, runtime, ...outcome });
}

import { type Runtime, readScope } from '../../protocol/scope.ts';
import { bringToRest, heardAt } from './bring-to-rest.ts';
import type { RelayContext } from './context.ts';
import { guard } from './guard.ts';
import type { Live } from './live.ts';
import { queuedIds, tellLost } from './lost-queue.ts';
import type { Asker } from './pending.ts';

/**
 * Asks a host that came without its past what became of the turns that it was last heard with. Of those that go on
 * it tells by itself; of one that ended while nobody heard it nobody would ever be told. A foreign host also sends
 * nothing of a conversation that its new process was never addressed in.
 */
export function askAnew(context: RelayContext, live: Live): void {
  const { host } = live;
  if (!host) return;
  for (const scope of context.known.restless(live.id)) {
    const { agentId, conversationId } = readScope(scope);
    const owner = context.data.conversationExists(agentId, conversationId);
    if (!owner) continue;
    const runtime: Runtime = { agent_id: owner.agentId, conversation_id: conversationId };
    if (host.isLinked) host.send({ type: 'sync', runtime });
    else askForeign(context, live, runtime, scope);
  }
}

function askForeign(context: RelayContext, live: Live, runtime: Runtime, scope: string): void {
  const { host } = live;
  const before = heardAt(context.known, live.id, scope);
  const queued = queuedIds(context, live, scope);
  // Else it says of an unchanged state nothing, which would read as "no longer there".
  const frame = { type: 'sync', runtime, recover_approvals: true, force_device_status: true };
  const asker: Asker = {
    person: { tokenId: '', name: '', right: 'read' },
    follow() {},
    answer(answer) {
      // An answer with a code is the hub's own: the host went away again, or was silent.
      if ('code' in answer) return;
      bringToRest(context, live.id, runtime, before);
      guard(context.log, 'lost queue', () => tellLost(context, live, runtime, queued));
    },
  };
  const sentAt = context.now();
  const requestId = live.pending.add({
    ...{ asker, holdable: null, heldId: null, sentAt },
    frame: { ...frame, request_id: 'ask-anew' },
  });
  host?.send({ ...frame, request_id: requestId });
}

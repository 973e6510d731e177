import { parseCommand } from '../../protocol/parse-command.ts';
import { runtimeSchema, scopeKey } from '../../protocol/scope.ts';
import type { RelayContext } from './context.ts';
import { WITHDRAWN } from './hold.ts';
import type { Live } from './live.ts';
import { holdNew, pass } from './pass.ts';
import type { Asker } from './pending.ts';
import { type ClientFrame, refusal } from './refusal.ts';
import { routeAbort } from './route-abort.ts';
import { knownStates } from './snapshot.ts';
import {
  holdableOf,
  messageIds,
  type ScopedFrame,
  stampMessages,
  stampPerson,
  stampStarter,
} from './stamp.ts';
import { withdrawHeld } from './withdraw.ts';

/**
 * Takes one command of a client to its host, or to the bag, or back to the client with the reason. A promise
 * when something must be on disk first; the client's next frame waits for it (D20).
 */
export function route(
  context: RelayContext,
  live: Live,
  asker: Asker,
  raw: ClientFrame,
): void | Promise<void> {
  const parsed = parseCommand(raw);
  const isForeign = live.host ? !live.host.isLinked : live.isForeign;
  // A foreign host may know what we do not.
  if (!parsed.ok && (!isForeign || parsed.kind === 'garbage'))
    return asker.answer(
      refusal(raw, parsed.kind === 'unknown' ? 'unknown_frame' : 'invalid_frame', parsed.reason),
    );
  const frame: ClientFrame = parsed.ok ? parsed.command : raw;
  if (live.pending.isFull(asker))
    return asker.answer(
      refusal(frame, 'too_fast', 'too many commands wait for their answer; wait for some of them'),
    );
  const runtime = runtimeSchema.safeParse(frame.runtime);
  if (!runtime.success) {
    const isStart = frame.type === 'runtime_start' && !isForeign;
    return pass(context, live, asker, isStart ? stampStarter(frame, asker.person.name) : frame, null);
  }
  const scoped = stampPerson(frame, runtime.data, asker.person.name);
  switch (frame.type) {
    case 'input':
      return routeInput(context, live, asker, stampMessages(scoped, context.newId));
    case 'abort_message':
      return routeAbort(context, live, asker, scoped);
    case 'withdraw_input':
      return routeWithdrawal(context, live, asker, scoped);
    case 'sync':
      return routeSync(context, live, asker, scoped);
    default:
      return pass(context, live, asker, scoped, null);
  }
}

function routeInput(
  context: RelayContext,
  live: Live,
  asker: Asker,
  frame: ScopedFrame,
): void | Promise<void> {
  const holdable = holdableOf(frame, context.now());
  if (!holdable) return pass(context, live, asker, frame, null);
  const { scope, kind, key } = holdable;
  if (kind === 'input' && context.bag.isBuried(scope, key))
    return asker.answer(refusal(frame, 'invalid_frame', WITHDRAWN));
  if (!live.host || (kind === 'input' && context.bag.holdsInput(live.id, scope)))
    return holdNew(context, live, asker, frame, holdable);
  for (const id of messageIds(frame)) context.passed.remember(id, live.id);
  return pass(context, live, asker, frame, holdable);
}

function routeWithdrawal(
  context: RelayContext,
  live: Live,
  asker: Asker,
  frame: ScopedFrame,
): void | Promise<void> {
  const { agent_id, conversation_id } = frame.runtime;
  const done = withdrawHeld(context, live, asker, frame, scopeKey(agent_id, conversation_id));
  if (done) return done;
  if (live.isForeign)
    return asker.answer(
      refusal(frame, 'unknown_frame', `the host of "${live.name}" cannot give an input back`),
    );
  const holdable = holdableOf(frame, context.now());
  return live.host || !holdable
    ? pass(context, live, asker, frame, holdable)
    : holdNew(context, live, asker, frame, holdable);
}

/** While the host is away: what it last said, then that it is away. */
function routeSync(context: RelayContext, live: Live, asker: Asker, frame: ScopedFrame): void {
  if (!live.host) {
    const { acting_user_id, ...runtime } = frame.runtime;
    const scope = scopeKey(runtime.agent_id, runtime.conversation_id);
    const { device, loop, queue } = knownStates(context, live.id, scope, 'offline');
    if (device) asker.answer({ type: 'update_device_status', runtime, device_status: device });
    if (loop) asker.answer({ type: 'update_loop_status', runtime, loop_status: loop });
    asker.answer({ type: 'update_queue', runtime, queue, removed: [] });
  }
  pass(context, live, asker, frame, null);
}

import type { DeviceStatus } from '../../protocol/device-status.ts';
import type { LoopStatus } from '../../protocol/loop-status.ts';
import type { QueueItem } from '../../protocol/queue.ts';
import type { Snapshot } from '../../protocol/relay.ts';
import type { StateKind } from '../registry/known-states.ts';
import { heldItem } from './bag.ts';
import type { RelayContext } from './context.ts';
import { beyond } from './open-turn.ts';
import type { Ring } from './ring.ts';

/** The newest messages of a snapshot; older ones are read by REST. */
const SNAPSHOT_MESSAGES = 100;

/** The environment as a snapshot names it. */
export type EnvironmentView = Snapshot['environment'];

/**
 * Everything a client needs to draw a conversation from nothing, as of the ring's newest event when it was asked
 * for. The messages may already hold what events after that tell again: clients know both by their ids.
 */
export async function buildSnapshot(
  context: RelayContext,
  ring: Ring,
  environment: EnvironmentView,
): Promise<Snapshot> {
  const { agent_id, conversation_id } = ring.runtime;
  const scope = { agentId: agent_id, conversationId: conversation_id };
  const cursor = ring.cursorAt(ring.last);
  const openTurn = context.openTurns.of(ring.scope);
  const states = knownStates(context, ring.environmentId, ring.scope, environment.status);
  const { messages, openRun } = await context.data.snapshot(scope, SNAPSHOT_MESSAGES);
  return {
    type: 'snapshot',
    runtime: ring.runtime,
    cursor,
    messages,
    ...(openTurn ? { open_turn: beyond(openTurn, messages) } : {}),
    open_run: openRun.map((chunk) => ({ ...chunk })),
    queue: states.queue,
    loop_status: states.loop,
    device_status: states.device,
    environment,
    held: context.bag.list(ring.environmentId, ring.scope).map(heldItem),
    ...(states.asOf ? { as_of: states.asOf } : {}),
  };
}

/** What the host last said of a conversation. While it is away these are copies, marked with their time. */
export function knownStates(
  context: Pick<RelayContext, 'known'>,
  environmentId: string,
  scope: string,
  status: EnvironmentView['status'],
): { queue: QueueItem[]; loop: LoopStatus | null; device: DeviceStatus | null; asOf: string | null } {
  const get = (kind: StateKind) => context.known.get(environmentId, scope, kind);
  const [device, loop, queue] = [get('device'), get('loop'), get('queue')];
  const times = [device, loop, queue].flatMap((state) => (state ? [state.at] : []));
  const isCopy = status === 'offline' && times.length > 0;
  const deviceStatus = device?.value as DeviceStatus | undefined;
  const heard = device ? new Date(device.at).toISOString() : '';
  return {
    queue: (queue?.value as QueueItem[] | undefined) ?? [],
    loop: (loop?.value as LoopStatus | undefined) ?? null,
    device:
      deviceStatus && status === 'offline'
        ? { ...deviceStatus, is_online: false, as_of: heard }
        : (deviceStatus ?? null),
    asOf: isCopy ? new Date(Math.min(...times)).toISOString() : null,
  };
}

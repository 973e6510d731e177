import type { DeviceStatus } from '../../protocol/device-status.ts';
import { type Runtime, scopeKey } from '../../protocol/scope.ts';
import type { KnownStates, StateKind } from '../registry/known-states.ts';
import type { RelayContext } from './context.ts';

type Times = Record<StateKind, number | null>;

/** When each state of a conversation was last heard, in epoch milliseconds. */
export function heardAt(known: KnownStates, environmentId: string, scope: string): Times {
  const at = (kind: StateKind): number | null => known.get(environmentId, scope, kind)?.at ?? null;
  return { device: at('device'), loop: at('loop'), queue: at('queue') };
}

/**
 * A foreign host has told how a conversation stands. Of what it left out, and was last heard of before it came (at
 * `before`), it has nothing any more: clients are told that nothing runs, waits or asks there.
 */
export function bringToRest(
  { known, rings, now }: RelayContext,
  environmentId: string,
  runtime: Runtime,
  before: Times,
): void {
  const scope = scopeKey(runtime.agent_id, runtime.conversation_id);
  const after = heardAt(known, environmentId, scope);
  const isLeftOut = (kind: StateKind): boolean => before[kind] !== null && before[kind] === after[kind];
  const tell = (kind: StateKind, value: unknown, event: object): void => {
    known.set(environmentId, scope, kind, value, now());
    rings.publish(environmentId, runtime, { ...event, runtime });
  };
  if (isLeftOut('device')) {
    const last = known.get(environmentId, scope, 'device')?.value as DeviceStatus;
    const { pending_control_request_count, ...rest } = last;
    const device_status = { ...rest, is_processing: false, pending_control_requests: [] };
    tell('device', device_status, { type: 'update_device_status', device_status });
  }
  if (isLeftOut('loop')) {
    const loop_status = { status: 'WAITING_ON_INPUT', active_run_ids: [], executing_tool_call_ids: [] };
    tell('loop', loop_status, { type: 'update_loop_status', loop_status });
  }
  if (isLeftOut('queue')) tell('queue', [], { type: 'update_queue', queue: [], removed: [] });
}

import { z } from 'zod';
import type { Content } from './content.ts';
import type { DeviceStatus } from './device-status.ts';
import type { LoopStatus } from './loop-status.ts';
import type { QueueItem } from './queue.ts';
import type { Runtime } from './scope.ts';

/** Frames between hub and client that the host never sees (protocol.md 4.4, design.md 5.6). */

/** Ours: client → hub, the first frame after opening; `cursor` is the last one the client has. */
export const resumeSchema = z.looseObject({
  type: z.literal('resume'),
  request_id: z.string().min(1),
  runtime: z.looseObject({ agent_id: z.string().nullable(), conversation_id: z.string() }),
  cursor: z.string().nullish(),
});

/** Ours: hub → client, the answer. On `gap` the snapshot follows at once; on `ok` what was missed. */
export interface Resumed {
  type: 'resumed';
  request_id: string;
  runtime: Runtime;
  result: 'ok' | 'gap';
  cursor: string;
}

/** Ours: hub → client, everything a client needs to draw the conversation from nothing. */
export interface Snapshot {
  type: 'snapshot';
  runtime: Runtime;
  cursor: string;
  /** The newest messages of the transcript, oldest first, as `GET …/messages` lists them. */
  messages: Record<string, unknown>[];
  /**
   * Deltas of the open turn that the transcript does not hold yet, in order: prompts that were echoed, calls
   * that started, their last live output, their ends and results. Absent when no turn is open.
   */
  open_turn?: Record<string, unknown>[];
  /** Chunks of the run that is still streaming, or [] */
  open_run: Record<string, unknown>[];
  queue: QueueItem[];
  loop_status: LoopStatus | null;
  device_status: DeviceStatus | null;
  environment: { id: string; name: string; status: 'online' | 'stale' | 'offline' };
  /** Inputs, answers and aborts that the hub holds for the environment, oldest first. */
  held: HeldItem[];
  /** ISO time of the oldest of queue, loop and device status, when the host is away and they are copies. */
  as_of?: string;
}

/**
 * Ours: hub → client, unasked: the stream of this conversation has a hole and a `snapshot` follows at once.
 * `host`: its host restarted or lost its link. `room`: the host gave live output up. `slow`: this client
 * fell behind by more than the ring holds.
 */
export interface Gap {
  type: 'gap';
  runtime: Runtime;
  reason: 'host' | 'room' | 'slow';
}

/** Something that the hub keeps for an absent host (design.md 5.5). Times are ISO. */
export interface HeldItem {
  kind: 'input' | 'answer' | 'abort' | 'withdrawal';
  /** The `client_message_id`, the approval's `request_id`, or the `turn_id`. */
  id: string;
  content?: Content;
  acting_user_id: string | null;
  held_at: string;
  until: string;
}

/** Ours: hub → subscribers, in the conversation's stream: the hub holds something, and later how that ended. */
export type HeldEvent =
  | { type: 'input_held'; runtime: Runtime; environment: string; item: HeldItem }
  | {
      type: 'input_handed_over' | 'input_withdrawn' | 'input_expired' | 'input_refused';
      runtime: Runtime;
      environment: string;
      kind: HeldItem['kind'];
      id: string;
      /** Why the host refused it. */
      error?: string;
    };

/** Ours: hub → client, the environment came, went, or restarted. */
export interface EnvironmentStatus {
  type: 'environment_status';
  environment: { id: string; name: string; status: 'online' | 'stale' | 'offline' };
  /** Epoch milliseconds of the change. */
  at: number;
  /** True when the host's process is a new one; a gap and snapshot follow. */
  restarted?: true;
}

/** Hub → client: a frame could not be passed on. `request_id` when the frame had one. */
export interface RelayError {
  type: 'error';
  request_id?: string;
  message: string;
  code:
    | 'environment_offline'
    | 'frame_too_large'
    | 'unknown_frame'
    | 'invalid_frame'
    | 'forbidden'
    | 'too_fast'
    | 'not_found';
}

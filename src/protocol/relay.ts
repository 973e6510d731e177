import { z } from 'zod';
import type { DeviceStatus } from './device-status.ts';
import type { LoopStatus } from './loop-status.ts';
import type { QueueItem } from './queue.ts';
import type { Runtime } from './scope.ts';

/** Frames between hub and client that the host never sees (protocol.md 4.4, design.md 5.6). */
export const ackSchema = z.looseObject({ type: z.literal('ack'), seq: z.number() });
export const pingSchema = z.looseObject({ type: z.literal('ping') });

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
  /** Chunks of the run that is still streaming, or [] */
  open_run: Record<string, unknown>[];
  queue: QueueItem[];
  loop_status: LoopStatus | null;
  device_status: DeviceStatus | null;
  environment: { id: string; name: string; status: 'online' | 'stale' | 'offline' };
}

/** Ours: hub → client, the environment came, went, or restarted. */
export interface EnvironmentStatus {
  type: 'environment_status';
  environment: { id: string; name: string; status: 'online' | 'stale' | 'offline' };
  /** Epoch milliseconds of the change. */
  at: number;
}

/** Hub → client: a frame could not be passed on. `request_id` when the frame had one. */
export interface RelayError {
  type: 'error';
  request_id?: string;
  message: string;
  code: 'environment_offline' | 'frame_too_large' | 'unknown_frame' | 'invalid_frame' | 'forbidden';
}

import type { Runtime } from '../../protocol/scope.ts';
import { scopeKey } from '../../protocol/scope.ts';
import type { Right } from '../ports.ts';
import type { StateKind } from '../registry/known-states.ts';
import type { RelayContext } from './context.ts';
import type { Live } from './live.ts';
import { Pending, passAnswer } from './pending.ts';

type HostFrame = Record<string, unknown>;

/** Which part of a status frame is the state that is remembered. */
const STATES: Record<string, { kind: StateKind; field: string }> = {
  update_device_status: { kind: 'device', field: 'device_status' },
  update_loop_status: { kind: 'loop', field: 'loop_status' },
  update_queue: { kind: 'queue', field: 'queue' },
};

const IS_ANSWER = /_response$|^input_accepted$/;
/** What shows the machine itself and belongs to no conversation. */
const OF_THE_MACHINE = /^(?:terminal_|file_)/;

/**
 * One new frame of a host: an answer goes to who asked, an event of a conversation to all who follow it. `wire` is the
 * text in which it came.
 */
export function receiveHostFrame(
  context: RelayContext,
  live: Live,
  frame: HostFrame,
  broadcast: (frame: HostFrame, right: Right) => void,
  wire: string | null = null,
): void {
  const waiting = live.pending.take(frame.request_id, frame.done !== false);
  if (waiting?.heldId != null) return live.delivery.settle(waiting.heldId, frame);
  if (waiting) return passAnswer(waiting, frame);
  // Too late: who asked was told that the host is away, or waits no more.
  if (Pending.isOurs(frame.request_id) || IS_ANSWER.test(String(frame.type))) return;
  const runtime = runtimeOf(frame.runtime);
  if (!runtime) {
    const { n, ...plain } = frame;
    return broadcast(plain, OF_THE_MACHINE.test(String(frame.type)) ? 'machine' : 'read');
  }
  if (frame.type === 'link_gap') return context.rings.restart(live.id, 'room', runtime);
  // The hub tells of it when it enters the transcript, which may be much later than the turn began.
  if (isPrompt(frame) && live.host?.isLinked) return;
  if (isOfLostRun(context, frame)) return;
  remember(context, live, runtime, frame);
  context.rings.publish(live.id, runtime, frame, wire);
  if (frame.type === 'update_queue') live.delivery.askAgain();
}

function isPrompt({ type, delta }: HostFrame): boolean {
  return type === 'stream_delta' && (delta as { message_type?: unknown }).message_type === 'user_message';
}

/** What a run said that died with the last life of the hub. Its host may have kept it until now. */
function isOfLostRun({ data }: RelayContext, { type, delta }: HostFrame): boolean {
  const { run_id, seq_id } = (type === 'stream_delta' ? delta : {}) as { run_id?: unknown; seq_id?: unknown };
  return seq_id !== undefined && data.isInterrupted(String(run_id));
}

function remember(context: RelayContext, live: Live, runtime: Runtime, frame: HostFrame): void {
  context.openTurns.note(live.id, runtime, frame);
  const state = STATES[String(frame.type)];
  if (!state) return;
  const scope = scopeKey(runtime.agent_id, runtime.conversation_id);
  context.known.set(live.id, scope, state.kind, frame[state.field], context.now());
}

/** Read by hand: this is the path of every token. */
function runtimeOf(value: unknown): Runtime | null {
  if (typeof value !== 'object' || value === null) return null;
  const { agent_id, conversation_id } = value as Partial<Runtime>;
  if (typeof conversation_id !== 'string' || conversation_id === '') return null;
  return typeof agent_id === 'string' || agent_id === null ? (value as Runtime) : null;
}

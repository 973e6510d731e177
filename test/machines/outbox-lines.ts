import type { AnyMachineSnapshot, AnyStateMachine, SnapshotFrom } from 'xstate';
import type { Frame, JsonObject, OutboxCommand, QueuedInput } from '../../machines/ports.ts';

const LOOP_STATUSES = [
  'SENDING_API_REQUEST',
  'WAITING_FOR_API_RESPONSE',
  'RETRYING_API_REQUEST',
  'PROCESSING_API_RESPONSE',
  'EXECUTING_CLIENT_SIDE_TOOL',
  'WAITING_ON_APPROVAL',
];

type Snapshot = SnapshotFrom<AnyStateMachine>;

const childOf = (snapshot: AnyMachineSnapshot | null, id: string): Snapshot | null =>
  (snapshot?.children[id]?.getSnapshot() as Snapshot | undefined) ?? null;

/** The wire's loop status, read off the states of a conversation: `EXECUTING_CLIENT_SIDE_TOOL c1,c2`. */
function loopStatusOf(conversation: AnyMachineSnapshot): string {
  const found = childOf(conversation, 'turn');
  const turn = found?.status === 'active' ? found : null;
  const status = LOOP_STATUSES.find((tag) => turn?.hasTag(tag as never)) ?? 'WAITING_ON_INPUT';
  const batch = childOf(turn, 'batch');
  const executing = Object.keys(batch?.children ?? {})
    .filter((id) => childOf(batch, id)?.hasTag('executing' as never))
    .map((id) => id.replace('call:', ''));
  return [status, ...(executing.length > 0 ? [executing.join()] : [])].join(' ');
}

/** The queue of the wire: what a parked turn holds is still in it. */
function queueOf(conversation: AnyMachineSnapshot): string {
  const turn = childOf(conversation, 'turn');
  const { taken, queue } = conversation.context as { taken: QueuedInput[]; queue: QueuedInput[] };
  const waiting = turn?.status === 'active' && turn.hasTag('parked' as never) ? [...taken, ...queue] : queue;
  const ids = waiting.map(({ clientMessageId }) => clientMessageId).join();
  return conversation.hasTag('paused' as never) && ids ? `${ids} (paused)` : ids;
}

function deviceOf(conversation: AnyMachineSnapshot): string {
  const turn = childOf(conversation, 'turn');
  const processing = turn?.status === 'active' && turn.hasTag('processing' as never);
  return processing && !turn.hasTag('parked' as never) ? 'DS processing' : 'DS resting';
}

function deltaLine(delta: JsonObject & { message_type: string }): string {
  switch (delta.message_type) {
    case 'client_tool_start':
      return `client_tool_start ${delta.tool_call_id}`;
    case 'client_tool_end':
      return `client_tool_end ${delta.tool_call_id} ${delta.outcome ?? delta.status}`;
    case 'tool_return_message':
      return `tool_return ${delta.tool_call_id} ${delta.tool_return}`;
    case 'status':
      return `status ${delta.message}`;
    case 'retry':
      return `retry ${delta.reason} ${delta.attempt}/${delta.max_attempts} ${delta.delay_ms}`;
    case 'loop_error':
      return `loop_error ${delta.message}`;
    case 'approval_classification_end':
      return `approval_classification_end ${Object.entries(delta)
        .filter(([, ids]) => Array.isArray(ids) && ids.length > 0)
        .map(([key, ids]) => `${key.replace('_tool_call_ids', '')}:${ids}`)
        .join(' ')}`;
    case 'approval_response_message':
      return `approval_response ${delta.approval_request_id} ${delta.approve}`;
    default:
      return `${delta.message_type}${delta.content ? ` ${delta.content}` : ''}`;
  }
}

function replyLine({ type, ...frame }: Frame): string {
  const told = ['accepted', 'disposition', 'aborted', 'resumed', 'status', 'success']
    .filter((key) => frame[key] !== undefined)
    .map((key) => `${key}:${frame[key]}`);
  return [type, frame.request_id, ...told].join(' ');
}

/** What the outbox would send for a command, one line a frame; loop and device status only when they changed. */
export function outboxLines() {
  const lines: string[] = [];
  let loop = 'WAITING_ON_INPUT';
  let device = 'DS resting';
  const tell = (conversation: AnyMachineSnapshot, command: OutboxCommand): void => {
    if (command.type === 'outbox.delta') lines.push(`Δ ${deltaLine(command.delta)}`);
    if (command.type === 'outbox.chunks') for (const one of command.chunks) lines.push(`Δ ${deltaLine(one)}`);
    if (command.type === 'outbox.echo')
      for (const item of command.items) lines.push(`Δ user_message ${item.clientMessageId}`);
    if (command.type === 'outbox.ask') lines.push(`control_request ${command.standing.approvalId}`);
    if (command.type === 'outbox.turnFinished') lines.push(`turn_finished ${command.stopReason}`);
    if (command.type === 'outbox.reply') lines.push(replyLine(command.frame));
    if (command.type === 'outbox.sync') lines.push('sync');
    if (command.type !== 'outbox.show') return;
    for (const what of command.what) {
      if (what === 'queue') {
        const removed = command.removed?.map((one) => ` -${one.client_message_id} ${one.disposition}`) ?? [];
        lines.push(`Q [${queueOf(conversation)}]${removed.join('')}`);
      }
      if (what === 'loop' && loop !== loopStatusOf(conversation)) {
        loop = loopStatusOf(conversation);
        lines.push(`LS ${loop}`);
      }
      if (what === 'device' && device !== deviceOf(conversation)) {
        device = deviceOf(conversation);
        lines.push(device);
      }
    }
  };
  return { lines, tell };
}

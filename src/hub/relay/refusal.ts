import type { RelayError } from '../../protocol/relay.ts';

/** A frame of a client: at least a type. */
export interface ClientFrame {
  type: string;
  request_id?: unknown;
  runtime?: unknown;
  [key: string]: unknown;
}

/**
 * The answer to a frame that is not carried out. With a `request_id` it is the frame's own kind of answer,
 * so that nobody waits for ever (D26); without one a notice.
 */
export function refusal(frame: ClientFrame, code: RelayError['code'], error: string): object {
  const requestId = requestIdOf(frame);
  if (requestId === null) return { type: 'error', code, message: error } satisfies RelayError;
  if (frame.type === 'resume')
    return { type: 'error', request_id: requestId, code, message: error } satisfies RelayError;
  const answer = { request_id: requestId, ...(frame.runtime ? { runtime: frame.runtime } : {}), error, code };
  switch (frame.type) {
    case 'input':
      return { type: 'input_accepted', ...answer, accepted: false };
    case 'abort_message':
      return { type: 'abort_message_response', ...answer, aborted: false, success: false };
    case 'resume_queue':
      return { type: 'resume_queue_response', ...answer, resumed: 0, success: false };
    case 'remove_queue_item':
      return { type: 'remove_queue_item_response', ...answer, item_id: frame.item_id, success: false };
    case 'withdraw_input': {
      const { client_message_id } = frame;
      const status = 'withdrawing';
      return { type: 'withdraw_input_response', ...answer, client_message_id, status, success: false };
    }
    case 'execute_command':
      return { type: 'execute_command_response', ...answer, output: '', success: false };
    case 'runtime_start': {
      const created = { agent: false, conversation: false };
      const nothing = { runtime: null, agent: null, conversation: null, created };
      return { type: 'runtime_start_response', ...answer, ...nothing, success: false };
    }
    default:
      return { type: `${frame.type}_response`, ...answer, success: false };
  }
}

export function requestIdOf(frame: ClientFrame): string | null {
  return typeof frame.request_id === 'string' && frame.request_id !== '' ? frame.request_id : null;
}

/** Why nothing can be asked of an environment now. */
export const offlineText = (name: string, since: number): string =>
  `environment "${name}" is offline: environment offline since ${new Date(since).toISOString()}`;

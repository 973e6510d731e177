import type { WireMessage } from '../ports.ts';
import type { MessageRow } from '../store/rows.ts';

/** A message of the transcript as the wire has it. */
export function wireMessage(row: MessageRow): WireMessage {
  return {
    id: row.id,
    date: new Date(row.at).toISOString(),
    message_type: row.kind,
    otid: row.otid,
    run_id: row.runId,
    sender_id: row.sender,
    turn_id: row.turnId,
    ...row.body,
  };
}

/** The kinds of message that a run makes; all others are posted. */
const MADE = new Set([
  'assistant_message',
  'reasoning_message',
  'hidden_reasoning_message',
  'approval_request_message',
]);

export const isMadeByRun = (row: MessageRow): boolean => row.print === null && MADE.has(row.kind);

import type { WireEnvironment } from '../protocol/rest.ts';

/** A machine that runs turns. Times are epoch milliseconds; `status` says whether its host is there. */
export type Environment = WireEnvironment;

export interface Agent {
  id: string;
  name: string;
  /** `provider/model`. */
  model: string | null;
  system?: string | null;
  description?: string | null;
  created_at?: string | null;
  [field: string]: unknown;
}

export interface Conversation {
  id: string;
  agent_id: string;
  summary?: string | null;
  created_at?: string | null;
  last_message_at?: string | null;
  [field: string]: unknown;
}

/** One message of a transcript, as Letta's clients know it; `message_type` says what it is. */
export interface Message {
  id: string;
  message_type: string;
  date?: string;
  otid?: string | null;
  run_id?: string | null;
  [field: string]: unknown;
}

/** One model step as the hub executed it. */
export interface Run {
  id: string;
  status: string;
  stop_reason?: string | null;
  conversation_id?: string | null;
  agent_id?: string | null;
  [field: string]: unknown;
}

export interface Model {
  /** `provider/model`. */
  handle: string;
  [field: string]: unknown;
}

/** Weakest first; each may do what those before it may. */
export type Right = 'read' | 'answer' | 'send' | 'machine' | 'owner';

export interface Token {
  id: string;
  person: string;
  right: Right;
  [field: string]: unknown;
}

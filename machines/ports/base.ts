/** One conversation of one agent. `conversationId` is `default` for the agent's virtual conversation. */
export interface Scope {
  agentId: string | null;
  conversationId: string;
}

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

export type Mode = 'standard' | 'acceptEdits' | 'unrestricted' | 'strict';

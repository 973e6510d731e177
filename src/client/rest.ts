import { type HubAddress, type HubRequest, hubRequest } from '../../actors/hub-request.ts';
import { ApiError } from './api-error.ts';
import type { Agent, Conversation, Environment, Message, Model, Right, Run, Token } from './rest-types.ts';

const enc = encodeURIComponent;

/** The hub's REST API as far as a client needs it. Every call rejects with `ApiError` when the hub says no. */
export function createRest(hub: HubAddress) {
  const call = async <T>(
    method: HubRequest['method'],
    path: string,
    more: Partial<HubRequest> = {},
  ): Promise<T> => {
    const answer = await hubRequest(hub, { method, path, ...more });
    if (!answer.ok) throw new ApiError(answer.status, answer.code, answer.message);
    return answer.value as T;
  };
  return {
    environments: {
      list: async (query: { onlineOnly?: boolean; after?: string; limit?: number } = {}) =>
        (await call<{ connections: Environment[] }>('GET', '/v1/environments', { query })).connections,
      /** By id, name or `deviceId`. */
      get: (which: string) => call<Environment>('GET', `/v1/environments/${enc(which)}`),
    },
    agents: {
      /** Oldest first. */
      list: (query: { limit?: number; after?: string; name?: string } = {}) =>
        call<Agent[]>('GET', '/v1/agents/', { query: { order: 'asc', sort_by: 'created_at', ...query } }),
      get: (id: string) => call<Agent>('GET', `/v1/agents/${enc(id)}`),
      create: (body: { name?: string; model?: string; system?: string }) =>
        call<Agent>('POST', '/v1/agents/', { body }),
      update: (id: string, body: { name?: string; model?: string; system?: string }) =>
        call<Agent>('PATCH', `/v1/agents/${enc(id)}`, { body }),
      delete: (id: string) => call<unknown>('DELETE', `/v1/agents/${enc(id)}`),
    },
    conversations: {
      list: (query: { agent_id?: string; limit?: number; after?: string } = {}) =>
        call<Conversation[]>('GET', '/v1/conversations/', { query }),
      get: (id: string) => call<Conversation>('GET', `/v1/conversations/${enc(id)}`),
      create: (agentId: string, body: { summary?: string } = {}) =>
        call<Conversation>('POST', '/v1/conversations/', { query: { agent_id: agentId }, body }),
      delete: (id: string) => call<unknown>('DELETE', `/v1/conversations/${enc(id)}`),
    },
    messages: {
      /** `agent_id` is needed for the conversation `default`. Newest first unless `order` says `asc`. */
      list: (
        conversationId: string,
        query: {
          agent_id?: string;
          limit?: number;
          before?: string;
          after?: string;
          order?: 'asc' | 'desc';
        } = {},
      ) => call<Message[]>('GET', `/v1/conversations/${enc(conversationId)}/messages`, { query }),
    },
    runs: {
      get: (id: string) => call<Run>('GET', `/v1/runs/${enc(id)}`),
      list: (query: { agent_id?: string; conversation_id?: string; limit?: number } = {}) =>
        call<Run[]>('GET', '/v1/runs/', { query }),
    },
    models: { list: () => call<Model[]>('GET', '/v1/models/') },
    tokens: {
      list: async () => (await call<{ tokens: Token[] }>('GET', '/v1/tokens')).tokens,
      /** The answer is the only time that the token itself is told. */
      create: (body: { person: string; right: Right }) =>
        call<Token & { token: string }>('POST', '/v1/tokens', { body }),
      revoke: (id: string) => call<unknown>('DELETE', `/v1/tokens/${enc(id)}`),
    },
  };
}

export type Rest = ReturnType<typeof createRest>;

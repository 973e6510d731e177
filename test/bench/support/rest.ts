import { TOKEN } from './bench-home.ts';

/** One REST call to the hub under measurement; throws on anything but success. */
export async function rest<T>(url: string, method: 'GET' | 'POST', path: string, body?: object): Promise<T> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}

export interface Runtime {
  agent_id: string;
  conversation_id: string;
}

/** A new agent with a new conversation. */
export async function newRuntime(url: string, agentId?: string): Promise<Runtime> {
  const agent_id = agentId ?? (await rest<{ id: string }>(url, 'POST', '/v1/agents/', { name: 'bench' })).id;
  const conversation = await rest<{ id: string }>(url, 'POST', `/v1/conversations/?agent_id=${agent_id}`, {});
  return { agent_id, conversation_id: conversation.id };
}

/** The id of the only environment. */
export async function environmentId(url: string): Promise<string> {
  const { connections } = await rest<{ connections: { id: string }[] }>(url, 'GET', '/v1/environments');
  const [first] = connections;
  if (!first) throw new Error('no environment is registered');
  return first.id;
}

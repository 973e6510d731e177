import { fromPromise } from 'xstate';
import type { Resolved, ResolveInput, Scope } from '../machines/ports.ts';
import { type HubAddress, type HubAnswer, hubRequest } from './hub-request.ts';

type Refusal = Extract<Resolved, { ok: false }>;
type Row = Record<string, unknown>;

/** The agent that is made when the hub has none. */
const FIRST_AGENT = 'default';

/** Port `resolveTarget`, by REST: which environment, agent and conversation a person means. */
export function createResolveTarget(hub: HubAddress) {
  return fromPromise<Resolved, ResolveInput>(async ({ input, signal }) => {
    const environment = await findEnvironment(hub, input.environment, signal);
    if ('ok' in environment) return environment;
    const scope = await findScope(hub, input, signal);
    if ('ok' in scope) return scope;
    return { ok: true, environmentId: environment.id, scope };
  });
}

async function findEnvironment(
  hub: HubAddress,
  wanted: string | null,
  signal: AbortSignal,
): Promise<{ id: string } | Refusal> {
  if (wanted !== null) {
    const path = `/v1/environments/${encodeURIComponent(wanted)}`;
    const answer = await hubRequest(hub, { method: 'GET', path, signal });
    if (answer.ok) return { id: String((answer.value as Row).id) };
    if (answer.status !== 404) return refusal(answer);
    const known = await listEnvironments(hub, signal);
    const names = Array.isArray(known) ? nameThem(known) : '';
    return final(`no environment "${wanted}" at ${hub.url}. ${names || 'None has ever joined this hub.'}`);
  }
  const known = await listEnvironments(hub, signal);
  if (!Array.isArray(known)) return known;
  const online = known.filter((row) => row.status === 'online' || (!row.status && row.connectionId));
  if (online.length === 1) return { id: String(online[0]?.id) };
  if (online.length > 1)
    return final(
      `${online.length} environments are online: say which one with --env NAME. ${nameThem(known)}`,
    );
  return final(
    known.length === 0
      ? `no environment has joined ${hub.url} yet. Start one there with: signalbox server`
      : `no environment is online at ${hub.url}. Name one with --env NAME to leave it a message. ${nameThem(known)}`,
  );
}

async function listEnvironments(hub: HubAddress, signal: AbortSignal): Promise<Row[] | Refusal> {
  const answer = await hubRequest(hub, {
    method: 'GET',
    path: '/v1/environments',
    query: { limit: 100 },
    signal,
  });
  if (!answer.ok) return refusal(answer);
  return rows((answer.value as Row)?.connections);
}

const nameThem = (known: Row[]): string =>
  known.length === 0
    ? ''
    : `Known: ${known.map((row) => `${row.connectionName} (${row.status ?? row.id})`).join(', ')}.`;

async function findScope(
  hub: HubAddress,
  input: ResolveInput,
  signal: AbortSignal,
): Promise<Scope | Refusal> {
  const conversationId = input.conversation ?? 'default';
  if (conversationId !== 'default') {
    const path = `/v1/conversations/${encodeURIComponent(conversationId)}`;
    const answer = await hubRequest(hub, { method: 'GET', path, signal });
    if (answer.ok) return { agentId: text((answer.value as Row).agent_id), conversationId };
    if (answer.status !== 404) return refusal(answer);
    return final(
      `no conversation "${conversationId}" at ${hub.url}. List them with: signalbox conversations`,
    );
  }
  const agentId = await findAgent(hub, input.agent, signal);
  return typeof agentId === 'string' ? { agentId, conversationId } : agentId;
}

async function findAgent(
  hub: HubAddress,
  wanted: string | null,
  signal: AbortSignal,
): Promise<string | Refusal> {
  if (wanted === null) return (await firstAgent(hub, signal)) ?? createFirstAgent(hub, signal);
  const path = `/v1/agents/${encodeURIComponent(wanted)}`;
  const answer = await hubRequest(hub, { method: 'GET', path, signal });
  if (answer.ok) return String((answer.value as Row).id);
  if (answer.status !== 404) return refusal(answer);
  const byName = await hubRequest(hub, {
    method: 'GET',
    path: '/v1/agents/',
    query: { name: wanted },
    signal,
  });
  if (!byName.ok) return refusal(byName);
  const named = rows(byName.value).filter((row) => row.name === wanted);
  if (named.length === 1) return String(named[0]?.id);
  if (named.length > 1)
    return final(
      `${named.length} agents are named "${wanted}": ${named.map((row) => row.id).join(', ')}. Give the id.`,
    );
  return final(`no agent "${wanted}" at ${hub.url}. List them with: signalbox agents`);
}

/** The oldest agent, so that everybody who names none meets in one place. */
async function firstAgent(hub: HubAddress, signal: AbortSignal): Promise<string | Refusal | null> {
  const query = { limit: 1, order: 'asc', sort_by: 'created_at' };
  const answer = await hubRequest(hub, { method: 'GET', path: '/v1/agents/', query, signal });
  if (!answer.ok) return refusal(answer);
  const [first] = rows(answer.value);
  return first ? String(first.id) : null;
}

async function createFirstAgent(hub: HubAddress, signal: AbortSignal): Promise<string | Refusal> {
  const body = { name: FIRST_AGENT };
  const made = await hubRequest(hub, { method: 'POST', path: '/v1/agents/', body, signal });
  if (!made.ok) return refusal(made);
  // Two clients may each have made one: both take the older.
  return (await firstAgent(hub, signal)) ?? String((made.value as Row).id);
}

/** An outage, a busy hub and a hub that fails may pass; every other answer will be the same next time. */
/** A hub of ours has said already how a token is made. */
const ANOTHER_TOKEN =
  'Put a token of this hub into SIGNALBOX_TOKEN, or keep it with: signalbox token save --hub URL';

function refusal(answer: Extract<HubAnswer, { ok: false }>): Refusal {
  const passing = answer.status === 0 || answer.status === 429 || answer.status >= 500;
  if (answer.status === 401) return final(`${answer.message}. ${ANOTHER_TOKEN}`);
  return { ok: false, permanent: !passing, message: answer.message };
}

const final = (message: string): Refusal => ({ ok: false, permanent: true, message });
const rows = (value: unknown): Row[] => (Array.isArray(value) ? (value as Row[]) : []);
const text = (value: unknown): string | null => (typeof value === 'string' ? value : null);

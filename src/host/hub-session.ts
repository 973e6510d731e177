import type { HubAddress } from '../../actors/hub-request.ts';
import type { StepRequest } from '../../actors/model-step.ts';
import type { ModelStepInput, Scope, ToolSpec } from '../../machines/ports.ts';
import type { TurnOptions } from '../protocol/input.ts';
import type { RegisterAnswer } from '../protocol/register.ts';
import { HEADER_ENVIRONMENT, HEADER_LETTA_DEVICE, HEADER_TURN } from '../protocol/rest.ts';
import type { HostStore } from './store/host-store.ts';

/** Who this host is to the hub it is registered at, for the lease of conversations (design.md 5.2). */
export interface HubSession {
  address(): HubAddress;
  registered(answer: RegisterAnswer): void;
  /** The hub's stable id; its address where it has none. */
  hubId(): string;
  environmentId(): string | null;
  /** Headers of every REST call that belongs to a turn. */
  headers(turnId: string | null): Record<string, string>;
}

export function createHubSession(hub: HubAddress, deviceId: string): HubSession {
  let answer: RegisterAnswer | null = null;
  return {
    address: () => hub,
    registered(next) {
      answer = next;
    },
    hubId: () => answer?.hubId ?? hub.url,
    environmentId: () => answer?.environmentId ?? null,
    headers: (turnId) => ({
      [HEADER_LETTA_DEVICE]: deviceId,
      ...(answer?.environmentId === undefined
        ? {}
        : { [HEADER_ENVIRONMENT]: `${answer.environmentId} ${answer.generation ?? 0}` }),
      ...(turnId === null ? {} : { [HEADER_TURN]: turnId }),
    }),
  };
}

/** Where a conversation is in the hub's REST API, and the agent that `default` needs beside it. */
export function conversationPlace(scope: Scope): { path: string; agent: { agent_id?: string } } {
  const path = `/v1/conversations/${encodeURIComponent(scope.conversationId)}`;
  const isDefault = scope.conversationId === 'default' && scope.agentId !== null;
  return { path, agent: isDefault ? { agent_id: scope.agentId as string } : {} };
}

/** The request for a step: always the same body for one step, so that the hub knows a repeat by its key. */
export function createPrepareStep(
  store: HostStore,
  hub: HubSession,
  specs: () => ToolSpec[] | Promise<ToolSpec[]>,
) {
  return async (input: ModelStepInput): Promise<StepRequest> => {
    const step = store.turns.step(input.turnId, input.step);
    const turn = store.turns.get(input.turnId);
    if (!step || !turn) throw new Error(`no step ${input.step} of turn ${input.turnId}`);
    // Results are told only when they are on disk; user messages may travel beside the disk's sync, because the
    // hub knows them by key and a repeat changes nothing.
    if (input.step > 1) await store.db.barrier();
    const { path, agent } = conversationPlace(input.scope);
    const headers = { ...hub.headers(input.turnId), authorization: `Bearer ${hub.address().token}` };
    const base = hub.address().url.replace(/\/+$/, '');
    if (input.kind === 'attach')
      return {
        url: `${base}${path}/stream`,
        headers,
        body: { ...agent, otid: step.messages[0]?.otid ?? null, starting_after: 0, include_pings: true },
      };
    const options = JSON.parse(turn.optionsKey) as TurnOptions;
    return {
      url: `${base}${path}/messages`,
      headers,
      body: {
        ...agent,
        messages: step.messages,
        streaming: true,
        stream_tokens: true,
        include_pings: true,
        background: true,
        client_skills: [],
        client_tools: offered(await specs(), options),
        include_compaction_messages: true,
        ...(options.override_model ? { override_model: options.override_model } : {}),
        ...(options.response_format ? { response_format: options.response_format } : {}),
      },
    };
  };
}

/** The tools that a turn offers to the model: all, or those that its sender allows. */
function offered(specs: ToolSpec[], options: TurnOptions): ToolSpec[] {
  const allowed = options.client_tool_allowlist ?? options.client_toolset?.include;
  return allowed ? specs.filter((spec) => allowed.includes(spec.name)) : specs;
}

import type { JsonObject } from '../../../machines/ports.ts';
import type { Models } from '../runs/models.ts';
import type { AgentRow, MemoryBlock } from '../store/rows.ts';
import { endpointType } from './wire-model.ts';

/** An agent as Letta's clients expect it (`AgentState`). What we do not have is there and empty. */
export function wireAgent(agent: AgentRow, models: Models): Record<string, unknown> {
  const handle = agent.model ?? models.byDefault();
  const window = models.contextWindow(handle);
  const blocks = agent.blocks.map(wireBlock);
  return {
    ...agent.extra,
    id: agent.id,
    name: agent.name,
    agent_type: 'letta_v1_agent',
    system: agent.system,
    description: agent.description,
    tags: agent.tags,
    metadata: agent.metadata,
    model: handle,
    model_settings: agent.modelSettings,
    context_window_limit: agent.contextWindowLimit,
    llm_config: {
      model: handle.slice(handle.indexOf('/') + 1),
      handle,
      model_endpoint_type: endpointType(handle),
      context_window: Math.min(agent.contextWindowLimit ?? window, window),
    },
    embedding_config: null,
    blocks,
    memory: { agent_type: 'letta_v1_agent', blocks, file_blocks: [], prompt_template: '' },
    tools: [],
    sources: [],
    tool_rules: [],
    identity_ids: [],
    identities: [],
    secrets: [],
    tool_exec_environment_variables: [],
    created_at: new Date(agent.createdAt).toISOString(),
    updated_at: new Date(agent.updatedAt).toISOString(),
    created_by_id: agent.createdBy,
  };
}

function wireBlock(block: MemoryBlock): JsonObject {
  return { limit: 100_000, read_only: false, description: null, metadata: {}, tags: [], ...block };
}

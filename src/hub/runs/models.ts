import { contextWindow, defaultModel, listModels, type ModelInfo } from '../../../actors/models/catalogue.ts';
import type { JsonObject, SampleInput } from '../../../machines/ports.ts';
import type { AgentRow, ConversationRow } from '../store/rows.ts';

/** The models that the hub can ask. */
export interface Models {
  list(): ModelInfo[];
  /** The handle that is used where an agent names none. */
  byDefault(): string;
  /** Tokens. */
  contextWindow(handle: string): number;
}

export function modelsOf(env: Parameters<typeof listModels>[0]): Models {
  return { list: () => listModels(env), byDefault: () => defaultModel(env), contextWindow };
}

export interface ChosenModel {
  handle: string;
  /** Tokens, prompt and answer together. */
  window: number;
  settings: SampleInput['settings'];
}

/** What a step is sampled with: the step's own wish, else the conversation's, else the agent's, else the default. */
export function chooseModel(
  models: Models,
  agent: AgentRow,
  conversation: ConversationRow,
  wish: string | null,
): ChosenModel {
  const handle = wish ?? conversation.model ?? agent.model ?? models.byDefault();
  const limit = conversation.contextWindowLimit ?? agent.contextWindowLimit;
  const window = models.contextWindow(handle);
  return {
    handle,
    window: limit === null ? window : Math.min(limit, window),
    settings: settingsOf({ ...agent.modelSettings, ...conversation.modelSettings }),
  };
}

/** The part of Letta's model settings that every provider understands. */
function settingsOf(settings: JsonObject): SampleInput['settings'] {
  const { max_output_tokens: most, temperature, reasoning, effort } = settings;
  const wished = (reasoning as JsonObject | null | undefined)?.reasoning_effort ?? effort;
  return {
    ...(typeof most === 'number' ? { maxOutputTokens: most } : {}),
    ...(typeof temperature === 'number' ? { temperature } : {}),
    ...(typeof wished === 'string' ? { reasoningEffort: wished } : {}),
  };
}

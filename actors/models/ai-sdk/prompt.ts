import type { AssistantModelMessage, ModelMessage, UserModelMessage } from 'ai';
import type { PromptMessage, PromptPart } from '../../../machines/ports.ts';
import type { ProviderId } from '../providers.ts';
import { answered } from './answered.ts';
import { callIds } from './call-ids.ts';
import { blocksFor, signatureOf } from './reasoning.ts';

type AssistantMessage = PromptMessage & { role: 'assistant' };
type AssistantPart = Exclude<AssistantModelMessage['content'], string>[number];
type ToolPart = (ModelMessage & { role: 'tool' })['content'][number];

/** The prompt as the AI SDK takes it. Texts without a visible character are left out: providers refuse them. */
export function toModelMessages(provider: ProviderId, messages: readonly PromptMessage[]): ModelMessage[] {
  const ids = callIds(messages);
  const lastTurn = messages.at(-1)?.turn;
  return answered(messages).flatMap((message): ModelMessage[] => {
    if (message.role === 'user') return [{ role: 'user', content: userContent(message.content) }];
    if (message.role === 'tool') {
      return [{ role: 'tool', content: message.results.map((result) => resultPart(result, ids)) }];
    }
    const content = assistantContent(provider, message, message.turn === lastTurn, ids);
    return content.length > 0 ? [{ role: 'assistant', content }] : [];
  });
}

function userContent(content: string | readonly PromptPart[]): UserModelMessage['content'] {
  if (typeof content === 'string') return content.trim() === '' ? '(empty message)' : content;
  const parts = content.filter((part) => part.type !== 'text' || part.text.trim() !== '');
  if (parts.length === 0) return '(empty message)';
  return parts.map((part) =>
    part.type === 'text'
      ? part
      : { type: 'file', data: { type: 'data', data: part.data }, mediaType: part.mediaType },
  );
}

function assistantContent(
  provider: ProviderId,
  message: AssistantMessage,
  inLastTurn: boolean,
  ids: ReadonlyMap<string, string>,
): AssistantPart[] {
  const parts: AssistantPart[] = [];
  // Servers of open models take reasoning back while a turn lasts; of an earlier turn some refuse it.
  if (provider !== 'openai-compatible' || inLastTurn) {
    for (const { text, signed } of blocksFor(provider, message.reasoning)) {
      parts.push({ type: 'reasoning', text, providerOptions: signed });
    }
  }
  if (message.text.trim() !== '') parts.push({ type: 'text', text: message.text });
  for (const call of message.calls) {
    const signed = signatureOf(provider, message.reasoning, call.providerId);
    parts.push({
      type: 'tool-call',
      toolCallId: ids.get(call.id) ?? call.id,
      toolName: call.name,
      input: argumentsObject(call.arguments),
      ...(signed && { providerOptions: signed }),
    });
  }
  return parts;
}

function resultPart(
  result: (PromptMessage & { role: 'tool' })['results'][number],
  ids: ReadonlyMap<string, string>,
): ToolPart {
  return {
    type: 'tool-result',
    toolCallId: ids.get(result.id) ?? result.id,
    toolName: result.name,
    output: {
      type: result.isError ? 'error-text' : 'text',
      value: result.note ? `${result.note}\n${result.text}` : result.text,
    },
  };
}

/** Providers take arguments as an object only; what the model wrote instead is shown to it as it was. */
function argumentsObject(text: string): object {
  try {
    const value: unknown = JSON.parse(text.trim() === '' ? '{}' : text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Handled below, like any other value that is no object.
  }
  return { invalidArguments: text };
}

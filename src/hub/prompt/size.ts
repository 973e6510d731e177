import type { PromptMessage, PromptPart, ToolSpec } from '../../../machines/ports.ts';

/** What a message costs beyond its text: its role, and the marks around it. */
const OVERHEAD = 16;
/** An image counts by what models charge for it, not by its bytes: about 1,500 tokens. */
const IMAGE = 6_000;

/** The size of a message in characters, as it counts for the window. */
export function sizeOf(message: PromptMessage): number {
  switch (message.role) {
    case 'user':
      return OVERHEAD + contentSize(message.content);
    case 'assistant':
      return (
        OVERHEAD +
        message.text.length +
        sum(message.reasoning, ({ text }) => text.length) +
        sum(message.calls, (call) => OVERHEAD + call.name.length + call.arguments.length)
      );
    case 'tool':
      return sum(message.results, ({ name, text }) => OVERHEAD + name.length + text.length);
  }
}

export function toolsSize(tools: readonly ToolSpec[]): number {
  return sum(
    tools,
    ({ name, description, parameters }) =>
      name.length + description.length + JSON.stringify(parameters).length,
  );
}

function contentSize(content: string | PromptPart[]): number {
  if (typeof content === 'string') return content.length;
  return sum(content, (part) => (part.type === 'text' ? part.text.length : IMAGE));
}

function sum<T>(items: readonly T[], size: (item: T) => number): number {
  return items.reduce((total, item) => total + size(item), 0);
}

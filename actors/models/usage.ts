import type { PromptMessage, SampleInput, SampleUsage } from '../../machines/ports.ts';

/** Usage by the rule of four characters a token, for who tells none. `written` is the step's output in characters. */
export function estimateUsage(input: SampleInput, written: number): SampleUsage {
  const promptTokens = Math.ceil((input.chars ?? countCharacters(input)) / 4);
  const completionTokens = Math.ceil(written / 4);
  return { promptTokens, completionTokens, totalTokens: promptTokens + completionTokens };
}

function countCharacters(input: SampleInput): number {
  return input.system.length + sum(input.messages, charactersOf);
}

function charactersOf(message: PromptMessage): number {
  switch (message.role) {
    case 'user':
      if (typeof message.content === 'string') return message.content.length;
      return sum(message.content, (part) => (part.type === 'text' ? part.text.length : 0));
    case 'assistant':
      return (
        message.text.length +
        sum(message.reasoning, (block) => block.text.length) +
        sum(message.calls, (call) => call.name.length + call.arguments.length)
      );
    case 'tool':
      return sum(message.results, (result) => result.text.length);
  }
}

function sum<T>(items: readonly T[], size: (item: T) => number): number {
  return items.reduce((total, item) => total + size(item), 0);
}

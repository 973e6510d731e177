import type { PromptCall, PromptMessage } from '../../../machines/ports.ts';

type ToolMessage = PromptMessage & { role: 'tool' };
type Result = ToolMessage['results'][number];

/**
 * The prompt with exactly one result for each call, right after it. Providers refuse anything else, and a
 * conversation must not be stuck for good because a result was lost on the way.
 */
export function answered(messages: readonly PromptMessage[]): PromptMessage[] {
  const whole: PromptMessage[] = [];
  let open = new Map<string, PromptCall>();
  let turn = '';
  const close = (): void => {
    const results = [...open.values()].map(missingResult);
    if (results.length > 0) whole.push({ role: 'tool', turn, results });
    open = new Map();
  };
  for (const message of messages) {
    if (message.role === 'tool') {
      const results = message.results.filter((result) => open.delete(result.id));
      if (results.length > 0) whole.push({ ...message, results });
      continue;
    }
    close();
    whole.push(message);
    if (message.role === 'assistant') open = new Map(message.calls.map((call) => [call.id, call]));
    turn = message.turn;
  }
  close();
  return whole;
}

function missingResult({ id, providerId, name }: PromptCall): Result {
  return { id, providerId, name, text: 'No result of this call was recorded.', isError: true };
}

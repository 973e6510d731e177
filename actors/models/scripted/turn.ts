import type { PromptMessage } from '../../../machines/ports.ts';

/** Where a turn stands, told by the prompt alone. */
export interface TurnPosition {
  /** The user messages of the turn, in order, as text. */
  texts: string[];
  /** How many steps of the turn have been played. */
  step: number;
  /** The texts of the results of the last step's calls, in the order of the calls; undefined where none came. */
  results: (string | undefined)[];
}

/** Reads the last turn of a prompt: the messages at its end that share `turn`. */
export function readTurn(messages: readonly PromptMessage[]): TurnPosition {
  const turn = messages.at(-1)?.turn;
  let start = messages.length;
  while (start > 0 && messages[start - 1]?.turn === turn) start -= 1;

  const position: TurnPosition = { texts: [], step: 0, results: [] };
  let callIds: string[] = [];
  for (const message of messages.slice(start)) {
    if (message.role === 'user') position.texts.push(textOf(message));
    else if (message.role === 'assistant') {
      position.step += 1;
      callIds = message.calls.map((call) => call.id);
      position.results = callIds.map(() => undefined);
    } else {
      for (const result of message.results) {
        const index = callIds.indexOf(result.id);
        if (index >= 0) position.results[index] = result.text;
      }
    }
  }
  return position;
}

function textOf({ content }: PromptMessage & { role: 'user' }): string {
  if (typeof content === 'string') return content;
  return content.flatMap((part) => (part.type === 'text' ? part.text : [])).join('');
}

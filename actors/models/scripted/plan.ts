import { explainDemo } from './explain.ts';
import { isScript, type Line, parseScript } from './parse.ts';

/** `tell` is text of our own: shown as it is, nothing in it is replaced. */
export type PlannedLine = Line | { do: 'tell'; text: string };

/**
 * What each sample of a turn plays, given the turn's user messages in order. A turn goes on only through
 * calls, so a step without calls is joined with the step (or the message) after it; otherwise the rest of
 * the script could never be reached.
 */
export function planTurn(messages: readonly string[]): PlannedLine[][] {
  const samples: PlannedLine[][] = [];
  let open: PlannedLine[] = [];
  for (const step of stepsOf(messages)) {
    open.push(...step);
    if (step.some((line) => line.do === 'call')) {
      samples.push(open);
      open = [];
    }
  }
  if (open.length > 0) samples.push(open);
  return samples;
}

function stepsOf(messages: readonly string[]): PlannedLine[][] {
  if (!messages.some(isScript)) return [[{ do: 'tell', text: explainDemo() }]];
  return messages.flatMap((message): PlannedLine[][] => {
    if (!isScript(message)) return [[{ do: 'tell', text: answerPlain(message) }]];
    const script = parseScript(message);
    return script.ok ? script.steps : [[{ do: 'tell', text: describeMistake(script) }]];
  });
}

function answerPlain(message: string): string {
  const quoted = shorten(message.replace(/\s+/g, ' ').trim());
  return `"${quoted}" is no script; the demo model only plays scripts.`;
}

function describeMistake(mistake: { line: number; text: string; reason: string }): string {
  return `The script has a mistake in line ${mistake.line}: ${mistake.reason}.\n${mistake.line}: ${shorten(mistake.text)}`;
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}

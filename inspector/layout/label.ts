import type { TransitionShape } from './describe-machine.ts';

/** What stands beside an arrow: the event and, on lines of their own, what must hold. */
export function labelLines(transition: TransitionShape): string[] {
  const { guard, isElse } = transition;
  const condition = guard ? [`[${guard}]`] : isElse ? ['[else]'] : [];
  const event = eventText(transition);
  return event === '' ? condition : [event, ...condition];
}

/** The event for people: `socket.closed`, `after backoff`, `register done`; empty for `always`. */
export function eventText({ kind, name, delayMs }: TransitionShape): string {
  switch (kind) {
    case 'always':
      return '';
    case 'delay':
      return `after ${name}${delayMs === null ? '' : ` (${duration(delayMs)})`}`;
    case 'done':
      return `${name} done`;
    case 'error':
      return `${name} failed`;
    case 'event':
      return name ?? '';
  }
}

function duration(ms: number): string {
  return ms % 60_000 === 0 ? `${ms / 60_000} min` : ms % 1000 === 0 ? `${ms / 1000} s` : `${ms} ms`;
}

/**
 * What Stately's inspector understands: the messages of `@statelyai/inspect` 0.7, one JSON object each. `definition` is the
 * JSON text of a machine's configuration; times are epoch milliseconds as text.
 */
export type StatelyMessage = {
  sessionId: string;
  rootId: string;
  id: string;
  createdAt: string;
  _version: string;
} & (
  | {
      type: '@xstate.actor';
      name: string;
      parentId: string | undefined;
      definition: string;
      snapshot: StatelySnapshot;
    }
  | { type: '@xstate.event'; sourceId: string | undefined; event: StatelyEvent }
  | { type: '@xstate.snapshot'; event: StatelyEvent; snapshot: StatelySnapshot }
);

export interface StatelySnapshot {
  status: 'active' | 'done' | 'error' | 'stopped';
  value?: unknown;
  context?: unknown;
  output?: unknown;
  error?: unknown;
}

export interface StatelyEvent {
  type: string;
  [key: string]: unknown;
}

/** The version of the format. */
export const STATELY_VERSION = '0.7.2';

/** Of one message, in characters. What is longer is told without its body. */
const LONGEST = 512 * 1024;

/** The text of a message. Never throws: a context may hold anything. */
export function messageText(message: StatelyMessage): string {
  const text = tryText(message);
  if (text !== undefined && text.length <= LONGEST) return text;
  const why = text === undefined ? 'it is no JSON' : `it has ${text.length} characters`;
  return JSON.stringify(withoutBody(message, `left out: ${why}`));
}

function withoutBody(message: StatelyMessage, body: string): object {
  const short: Record<string, unknown> = { ...message };
  if ('event' in message) short.event = { type: message.event.type, body };
  if ('snapshot' in message) {
    const { status, value } = message.snapshot;
    short.snapshot = { status, value, context: { body } };
  }
  return short;
}

function tryText(message: StatelyMessage): string | undefined {
  try {
    return JSON.stringify(message, (_, value: unknown) => {
      if (value instanceof Error) return { name: value.name, message: value.message };
      return typeof value === 'bigint' ? String(value) : value;
    });
  } catch {
    return undefined;
  }
}

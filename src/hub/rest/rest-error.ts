import type { WireError } from '../../protocol/rest.ts';

/** The body of every error of the REST API: `message` for people, `detail` where Letta's clients look for it. */
export function errorBody(error: string, message: string, extra: Record<string, unknown> = {}): WireError {
  return { ...extra, error, message, detail: message };
}

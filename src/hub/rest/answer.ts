import type { Context } from 'hono';
import { holds, lacks } from '../auth/rights.ts';
import type { Person, Right } from '../ports.ts';
import type { Problem } from '../runs/problem.ts';
import { errorBody } from './rest-error.ts';

/** A refusal as a response. `x-should-retry` keeps clients from trying again what cannot succeed. */
export function refuse(c: Context, { status, error, message, retry, extra }: Problem): Response {
  if (retry !== undefined) c.header('x-should-retry', String(retry));
  return c.json(errorBody(error, message, extra), status);
}

export const notFound = (message: string): Problem => ({ status: 404, error: 'not_found', message });

export const invalid = (field: string, message: string): Problem => ({
  status: 422,
  error: 'invalid_request',
  message: `${field}: ${message}`,
  extra: { field },
});

/** Null when the person may. */
export function forbidden(person: Person, needed: Right, what: string): Problem | null {
  if (holds(person, needed)) return null;
  return { status: 403, error: 'forbidden', message: lacks(person, needed, what) };
}

import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import type { z } from 'zod';
import type { Problem } from '../runs/problem.ts';

/** No request is read beyond this many bytes. */
export const MAX_BODY_BYTES = 20 * 1024 * 1024;

export type ReadBody<T> = { ok: true; body: T } | { ok: false; problem: Problem };

/** Reads and checks a JSON body. An absent one counts as `{}`. */
export async function readBody<S extends z.ZodType>(c: Context, schema: S): Promise<ReadBody<z.output<S>>> {
  const text = await readText(c);
  if (text === null) return tooLarge;
  let value: unknown;
  try {
    value = text.trim() === '' ? {} : JSON.parse(text);
  } catch (error) {
    return { ok: false, problem: invalidBody(`the body is no JSON: ${(error as Error).message}`) };
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return { ok: true, body: parsed.data };
  const { field, message } = complaint(parsed.error.issues as Issue[]);
  return { ok: false, problem: invalidBody(`${field || 'body'}: ${message}`, field) };
}

/** Null when it is too large. It is read from the socket itself: the web streams on top cost more than a small turn. */
async function readText(c: Context): Promise<string | null> {
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  if (Number(c.req.header('content-length') ?? 0) > MAX_BODY_BYTES) return null;
  if (!incoming) return c.req.text();
  return new Promise((resolve, reject) => {
    const pieces: Buffer[] = [];
    let length = 0;
    incoming.on('data', (piece: Buffer) => {
      length += piece.length;
      if (length <= MAX_BODY_BYTES) {
        pieces.push(piece);
        return;
      }
      pieces.length = 0;
      resolve(null);
    });
    incoming.on('end', () => resolve(Buffer.concat(pieces).toString('utf8')));
    incoming.on('error', reject);
  });
}

const tooLarge: { ok: false; problem: Problem } = {
  ok: false,
  problem: {
    status: 413,
    error: 'body_too_large',
    message: `the body is larger than ${MAX_BODY_BYTES / 1024 / 1024} MB; send less at once`,
    retry: false,
  },
};

const invalidBody = (message: string, field?: string): Problem => ({
  status: field === undefined ? 400 : 422,
  error: 'invalid_body',
  message,
  ...(field === undefined ? {} : { extra: { field } }),
});

interface Issue {
  path: PropertyKey[];
  message: string;
  /** Of a union: the complaints of each branch. */
  errors?: Issue[][];
}

interface Complaint {
  field: string;
  message: string;
}

/** The complaint that helps: of a union, that of the branch with the fewest, which is likely the one meant. */
function complaint(issues: Issue[], path: PropertyKey[] = []): Complaint {
  const [issue] = issues;
  const at = [...path, ...(issue?.path ?? [])];
  const [meant] = (issue?.errors ?? [])
    .filter((branch) => branch.some((inner) => inner.path.length > 0))
    .sort((a, b) => a.length - b.length);
  if (meant) return complaint(meant, at);
  return { field: at.map(String).join('.'), message: issue?.message ?? 'invalid' };
}

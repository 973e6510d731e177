import type { Context } from 'hono';
import type { Problem } from '../runs/problem.ts';
import type { Listed, Page } from '../store/hub-store.ts';
import { invalid, refuse } from './answer.ts';

const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 1_000;

export type ReadPage = { ok: true; page: Page } | { ok: false; problem: Problem };

/** `after`, `before`, `limit` and `order` of a list. Newest first unless asked otherwise, as Letta's lists are. */
export function readPage(c: Context): ReadPage {
  const order = c.req.query('order') || (c.req.query('ascending') === 'true' ? 'asc' : 'desc');
  if (order !== 'asc' && order !== 'desc')
    return { ok: false, problem: invalid('order', `"${order}" is neither asc nor desc`) };
  const wished = c.req.query('limit');
  const limit = wished === undefined || wished === '' ? DEFAULT_LIMIT : Number(wished);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    return { ok: false, problem: invalid('limit', `"${wished}" is no whole number from 1 to ${MAX_LIMIT}`) };
  return {
    ok: true,
    page: {
      order,
      limit,
      after: c.req.query('after') || undefined,
      before: c.req.query('before') || undefined,
    },
  };
}

/** A page of a short list that is in memory, oldest first. */
export function pageOf<T extends { id: string }>(rows: readonly T[], page: Page): Listed<T> {
  const list = page.order === 'asc' ? [...rows] : [...rows].reverse();
  const placeOf = (id: string): number => list.findIndex((row) => row.id === id);
  for (const id of [page.after, page.before])
    if (id !== undefined && placeOf(id) < 0) return { ok: false, unknownCursor: id };
  const from = page.after === undefined ? 0 : placeOf(page.after) + 1;
  const to = page.before === undefined ? list.length : placeOf(page.before);
  const isBackwards = page.before !== undefined && page.after === undefined;
  const start = isBackwards ? Math.max(from, to - page.limit) : from;
  return { ok: true, rows: list.slice(start, Math.min(to, start + page.limit)) };
}

/** A page of a list as a response. */
export function listed<T>(c: Context, rows: Listed<T>, toWire: (row: T) => unknown): Response {
  if (rows.ok) return c.json(rows.rows.map(toWire) as never);
  return refuse(c, {
    status: 400,
    error: 'unknown_cursor',
    message: `"${rows.unknownCursor}" is not in this list; "after" and "before" take an id that it gave`,
  });
}

/** A query parameter that may be repeated, or written with `[]`. */
export function many(c: Context, name: string): string[] | undefined {
  const values = [...(c.req.queries(name) ?? []), ...(c.req.queries(`${name}[]`) ?? [])]
    .flatMap((value) => value.split(','))
    .filter((value) => value !== '');
  return values.length > 0 ? values : undefined;
}

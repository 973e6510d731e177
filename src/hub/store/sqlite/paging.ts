import type { Database } from '../../../../actors/sqlite/database.ts';
import type { Listed, Page } from '../hub-store.ts';
import type { SqlRow } from './read.ts';

/** A list that can be paged: its rows have a place, and a row's id leads to its place. */
export interface PagedList {
  select: string;
  /** Conditions on the rows, `TRUE` for all, and their parameters. */
  where: string;
  parameters: (string | number | null)[];
  /** The columns that order the list; together unique. */
  place: readonly string[];
  /** Gives the columns of `place` for an id, within the list's conditions. */
  placeOf(id: string): SqlRow | undefined;
}

/** One page of it. With `before` alone it is the page that ends right before that id. */
export function readPage(db: Database, list: PagedList, page: Page): Listed<SqlRow> {
  const tuple = `(${list.place.join(', ')})`;
  const holes = `(${list.place.map(() => '?').join(', ')})`;
  const [later, earlier] = page.order === 'asc' ? ['>', '<'] : ['<', '>'];
  const conditions = [list.where];
  const parameters = [...list.parameters];
  for (const [id, sign] of [
    [page.after, later],
    [page.before, earlier],
  ] as const) {
    if (id === undefined) continue;
    const place = list.placeOf(id);
    if (!place) return { ok: false, unknownCursor: id };
    conditions.push(`${tuple} ${sign} ${holes}`);
    parameters.push(...list.place.map((column) => place[column] as number));
  }
  const backwards = page.before !== undefined && page.after === undefined;
  const direction = (page.order === 'asc') !== backwards ? 'ASC' : 'DESC';
  const rows = db
    .statement(
      `${list.select} WHERE ${conditions.join(' AND ')} ` +
        `ORDER BY ${list.place.map((column) => `${column} ${direction}`).join(', ')} LIMIT ?`,
    )
    .all(...parameters, page.limit) as SqlRow[];
  return { ok: true, rows: backwards ? rows.reverse() : rows };
}

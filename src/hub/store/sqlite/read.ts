import type { JsonObject } from '../../../../machines/ports.ts';

/** A row as node:sqlite gives it. */
export type SqlRow = Record<string, unknown>;

export const text = (row: SqlRow, column: string): string => row[column] as string;
export const textOrNull = (row: SqlRow, column: string): string | null => row[column] as string | null;
export const number = (row: SqlRow, column: string): number => row[column] as number;
export const numberOrNull = (row: SqlRow, column: string): number | null => row[column] as number | null;
export const json = <T = JsonObject>(row: SqlRow, column: string): T => JSON.parse(text(row, column)) as T;
export const jsonOrNull = <T = JsonObject>(row: SqlRow, column: string): T | null => {
  const value = textOrNull(row, column);
  return value === null ? null : (JSON.parse(value) as T);
};
export const toJson = (value: unknown): string | null => (value === null ? null : JSON.stringify(value));

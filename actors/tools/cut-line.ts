import { beginningOf } from './capture.ts';

/** A line of at most `limit` characters, and behind it how many were cut. */
export function cutLine(line: string, limit: number): string {
  if (line.length <= limit) return line;
  const kept = beginningOf(line, limit);
  return `${kept} [${line.length - kept.length} characters cut]`;
}

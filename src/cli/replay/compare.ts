import type { JsonObject } from '../../../machines/ports.ts';
import { type ReplayResult, SessionReplay } from '../../replay/session-replay.ts';
import { CliError } from '../cli-error.ts';
import { printable } from '../render/printable.ts';
import { exitCodeOf, showResult } from './print-result.ts';
import { readInto, type recordingSources } from './recording-source.ts';

interface Given {
  conversation?: string;
  json?: boolean;
}

/** Replays each recording and tells the results; the answer is the exit code, that of the worst of them. */
export async function compare(
  { all, isBundle }: Awaited<ReturnType<typeof recordingSources>>,
  { conversation, json }: Given,
): Promise<number> {
  const results: (ReplayResult & { name: string })[] = [];
  for (const source of all) {
    const replay = new SessionReplay({ wants: wantedRoots(conversation) });
    await readInto(source, (entry) => replay.push(entry));
    const result = replay.result();
    if (conversation !== undefined && result.roots === 0 && result.damaged === undefined) continue;
    results.push({ name: source.name, ...result });
    if (!json) print(printable(isBundle ? `${source.name}: ${showResult(result)}` : showResult(result)));
  }
  if (results.length === 0)
    throw new CliError(`no conversation "${conversation}" in ${all.map(({ name }) => name).join(', ')}`);
  if (json)
    print(
      JSON.stringify(
        isBundle ? { ok: results.every(({ ok }) => ok), sessions: results } : results[0],
        null,
        2,
      ),
    );
  return Math.max(...results.map(exitCodeOf));
}

/** A conversation by its id, or by its key when several agents have a default one. */
export function wantedRoots(
  id: string | undefined,
): ((root: string, open: JsonObject) => boolean) | undefined {
  if (id === undefined) return undefined;
  return (root, { input }) => {
    if (!root.startsWith('conversation:')) return false;
    const scope = (input as { scope?: { conversationId?: unknown } } | undefined)?.scope;
    return root === `conversation:${id}` || scope?.conversationId === id;
  };
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

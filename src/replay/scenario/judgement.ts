import type { CallEffect, JsonObject, ProposedCall, Standing } from '../../../machines/ports.ts';
import { approvalRequestId } from '../../protocol/approval.ts';

/** How the calls of one tool are judged. */
export interface Verdict {
  verdict: 'ask' | 'allow' | 'deny';
  reason: string;
  /** How long a person may take, in milliseconds; null: for ever. */
  limitMs: number | null;
}

/** What holds for a tool of which a scenario says nothing. */
export const ASK: Verdict = { verdict: 'ask', reason: '', limitMs: null };

/** How a fresh call stands; `now` is the time, epoch milliseconds. */
export function judged(call: ProposedCall, { verdict, reason, limitMs }: Verdict, now: number): Standing {
  if (verdict === 'deny') return { ...call, kind: 'denied', reason: reason || 'not permitted' };
  const args = argumentsOf(call);
  const about = { ...call, args, cwd: '/work', effect: effectOf(call.name, args) };
  if (verdict === 'allow') return { ...about, kind: 'allowed', comment: null };
  const approvalId = approvalRequestId(call.id);
  const limit = limitMs === null ? {} : { limitMs, deadline: now + limitMs };
  return { ...about, kind: 'asking', approvalId, suggestions: [], rules: {}, diffs: [], ...limit };
}

function argumentsOf({ arguments: text }: ProposedCall): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return { text };
  }
}

/** By the names of the first tools: a shell command may touch anything, the others the file that they name. */
function effectOf(tool: string, args: JsonObject): CallEffect {
  const files = typeof args.file_path === 'string' ? [args.file_path] : [];
  if (tool === 'Bash') return { kind: 'anything' };
  return { kind: tool === 'Read' ? 'reads' : 'writes', files };
}

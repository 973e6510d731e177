import { LIVE_OUTPUT } from '../../protocol/delta.ts';
import { type Runtime, scopeKey } from '../../protocol/scope.ts';
import { dropOldest } from '../drop-oldest.ts';

/** A host that never ends a turn does not fill the hub: the oldest of this many goes first. */
const MAX_DELTAS = 400;
/** Conversations whose open turn is remembered; the one that was silent longest goes first. */
const MAX_TURNS = 512;

type Delta = Record<string, unknown>;

/**
 * What the open turn of each conversation has shown that the transcript does not hold yet: prompts, and of each
 * call its start, its last output and its end. Only for snapshots; kept in memory, like the ring.
 */
export class OpenTurns {
  readonly #turns = new Map<string, Map<string, Delta>>();
  /** The run that each host passed on last, and how far. */
  readonly #heard = new Map<string, { runId: unknown; seq: number }>();

  note(environmentId: string, runtime: Runtime, frame: Delta): void {
    const scope = `${environmentId}\n${scopeKey(runtime.agent_id, runtime.conversation_id)}`;
    if (frame.type === 'turn_finished') {
      this.#turns.delete(scope);
      this.#heard.delete(scope);
      return;
    }
    const delta = frame.type === 'stream_delta' && !frame.subagent_id ? (frame.delta as Delta) : null;
    if (typeof delta?.seq_id === 'number') this.#hear(scope, delta.run_id, delta.seq_id);
    // A step that ended was posted with all that came before it: the transcript has it.
    if (delta?.message_type === 'stop_reason') this.#turns.get(scope)?.clear();
    const key = delta ? keyOf(delta) : null;
    if (!delta || key === null) return;
    const turn = this.#turns.get(scope) ?? new Map<string, Delta>();
    turn.set(key, delta);
    dropOldest(turn, MAX_DELTAS);
    this.#turns.delete(scope);
    this.#turns.set(scope, turn);
    dropOldest(this.#turns, MAX_TURNS);
  }

  /** The deltas in order, wherever the turn runs; null when none is open. */
  of(scope: string): Delta[] | null {
    const turns = [...this.#turns].filter(([key]) => key.slice(key.indexOf('\n') + 1) === scope);
    return turns.length === 0 ? null : turns.flatMap(([, turn]) => [...turn.values()]);
  }

  /** True when the host has shown the result of this call since the last step ended. */
  hasResult(environmentId: string, scope: string, callId: string): boolean {
    const shown = this.#turns.get(`${environmentId}\n${scope}`)?.get(`tool_return_message ${callId}`);
    return shown !== undefined && !String(shown.id).startsWith(LIVE_OUTPUT);
  }

  /** The last chunk of the run that the host has passed on; 0 for none. */
  heardUpTo(environmentId: string, scope: string, runId: string): number {
    const heard = this.#heard.get(`${environmentId}\n${scope}`);
    return heard?.runId === runId ? heard.seq : 0;
  }

  #hear(scope: string, runId: unknown, seq: number): void {
    this.#heard.set(scope, { runId, seq });
    dropOldest(this.#heard, MAX_TURNS);
  }

  forget(environmentId: string): void {
    for (const kept of [this.#turns, this.#heard])
      for (const scope of kept.keys()) if (scope.startsWith(`${environmentId}\n`)) kept.delete(scope);
  }
}

/** The deltas whose prompt or call is not in `messages`. */
export function beyond(deltas: Delta[], messages: Delta[]): Delta[] {
  const told = new Set(messages.flatMap(namesOf));
  return deltas.filter((delta) => !namesOf(delta).some((name) => told.has(name)));
}

/** What a delta replaces: later output of a call stands where the earlier one stood. */
function keyOf(delta: Delta): string | null {
  switch (delta.message_type) {
    case 'user_message':
      return `user ${delta.otid ?? delta.id}`;
    case 'client_tool_start':
    case 'client_tool_end':
    case 'tool_return_message':
      return typeof delta.tool_call_id === 'string' ? `${delta.message_type} ${delta.tool_call_id}` : null;
    default:
      return null;
  }
}

/** The prompt or the finished calls that a message or delta is about. */
function namesOf(message: Delta): string[] {
  if (message.message_type === 'user_message') return [`user ${message.otid ?? message.id}`];
  const calls = [message, ...(Array.isArray(message.tool_returns) ? (message.tool_returns as Delta[]) : [])];
  const isAboutCalls = /^(?:tool_return_message|client_tool_(?:start|end))$/.test(
    String(message.message_type),
  );
  return isAboutCalls
    ? calls.flatMap((call) => (call.tool_call_id ? [`call ${call.tool_call_id}`] : []))
    : [];
}

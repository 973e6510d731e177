import fc from 'fast-check';
import type { Frame } from '../../../machines/ports.ts';

/** What happens at a hub, in order: an event that every client gets, or a change of what a snapshot holds. */
export type Step = { event: Frame } | { hub: (model: HubModel) => void };

/** What a hub knows of one conversation, apart from the events it passes on. */
export class HubModel {
  messages: object[] = [];
  openRun: object[] = [];
  openTurn: Frame['delta'][] = [];
  state: Record<string, unknown> = {};

  /** What the hub learns from an event as it passes. */
  hear(frame: Frame): void {
    if (frame.type === 'update_queue') this.state.queue = frame.queue;
    if (frame.type === 'update_loop_status') this.state.loop_status = frame.loop_status;
    if (frame.type === 'update_device_status') this.state.device_status = frame.device_status;
    if (frame.type === 'turn_finished') this.openTurn = [];
    const delta = frame.delta as { message_type: string; run_id?: string } | undefined;
    if (delta && delta.run_id === undefined) this.openTurn.push(delta);
  }

  snapshot(cursor: string): Frame {
    const { queue = [], loop_status = null, device_status = null } = this.state;
    return structuredClone({
      type: 'snapshot',
      cursor,
      messages: this.messages,
      open_run: this.openRun,
      open_turn: this.openTurn,
      queue,
      loop_status,
      device_status,
      environment: { id: 'env-1', name: 'laptop', status: 'online' },
    });
  }
}

interface Piece {
  kind: 'assistant' | 'reasoning' | 'call';
  words: string[];
  succeeds: boolean;
  edited: boolean;
  asks: boolean;
}
interface RunPlan {
  pieces: Piece[];
  cutOff: boolean;
  /** How many chunks the hub's own run is ahead of what the host has passed on. */
  lag: number;
}

const piece = fc.record({
  kind: fc.constantFrom('assistant' as const, 'reasoning' as const, 'call' as const),
  words: fc.array(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 3 }),
  succeeds: fc.boolean(),
  edited: fc.boolean(),
  asks: fc.boolean(),
});
const run = fc.record({
  pieces: fc.array(piece, { maxLength: 3 }),
  cutOff: fc.boolean(),
  lag: fc.integer({ min: 0, max: 3 }),
});
const turn = fc.record({
  prompts: fc.integer({ min: 1, max: 3 }),
  runs: fc.array(run, { minLength: 1, maxLength: 3 }),
});

/** A conversation of one to three turns, told as the steps of a hub. */
export const story: fc.Arbitrary<Step[]> = fc.array(turn, { minLength: 1, maxLength: 3 }).map((turns) => {
  const teller = new Teller();
  turns.forEach(({ prompts, runs }, index) => {
    teller.tellTurn(index, prompts, runs);
  });
  return teller.steps;
});

class Teller {
  steps: Step[] = [];
  #n = 0;
  #runs = 0;

  tellTurn(index: number, prompts: number, runs: RunPlan[]): void {
    const ids = Array.from({ length: prompts }, (_, i) => `cm-${index}-${i}`);
    const items = ids.map((id) => ({ id: `q-${id}`, client_message_id: id, kind: 'message', content: id }));
    this.#event({ type: 'update_queue', queue: items, removed: [] });
    this.#event({ type: 'update_queue', queue: [], removed: [] });
    for (const id of ids)
      this.#delta({ id: `user-${id}`, message_type: 'user_message', content: id, otid: id });
    this.#hub((model) => {
      for (const id of ids)
        model.messages.push({ id: `m-${id}`, message_type: 'user_message', content: id, otid: id });
    });
    for (const plan of runs) this.#tellRun(plan);
    this.#status('WAITING_ON_INPUT', []);
    this.#event({ type: 'turn_finished', turn_id: `turn-${index}`, stop_reason: 'end_turn' });
  }

  #tellRun(plan: RunPlan): void {
    if (plan.cutOff) {
      const runId = this.#stream(plan, plan.pieces, false);
      const id = `lifecycle-retry-${runId}`;
      this.#delta({
        id,
        message_type: 'retry',
        message: 'overloaded',
        run_id: runId,
        attempt: 1,
        max_attempts: 3,
      });
    }
    this.#stream(plan, plan.pieces, true);
  }

  /** One run: the hub writes chunk after chunk, and some later each is passed on. */
  #stream(plan: RunPlan, pieces: Piece[], ends: boolean): string {
    const runId = `run-${this.#runs++}`;
    const chunks: Record<string, unknown>[] = [];
    const stored: Record<string, unknown>[] = [];
    const calls: { id: string; piece: Piece; args: string }[] = [];
    pieces.forEach((one, i) => {
      const base = { id: `msg-${runId}-${i}`, run_id: runId };
      const at = () => ({ ...base, seq_id: chunks.length });
      if (one.kind === 'assistant') {
        for (const word of one.words)
          chunks.push({ ...at(), message_type: 'assistant_message', content: word });
        stored.push({ ...base, message_type: 'assistant_message', content: one.words.join('') });
      } else if (one.kind === 'reasoning') {
        for (const word of one.words)
          chunks.push({ ...at(), message_type: 'reasoning_message', reasoning: word });
        stored.push({ ...base, message_type: 'reasoning_message', reasoning: one.words.join('') });
      } else {
        const id = `call-${runId}-${i}`;
        const args = JSON.stringify({ command: one.words.join('') });
        for (const part of [args.slice(0, 5), args.slice(5)]) {
          const call = { tool_call_id: id, name: 'Bash', arguments: part };
          chunks.push({ ...at(), message_type: 'approval_request_message', tool_call: call });
        }
        const call = { tool_call_id: id, name: 'Bash', arguments: args };
        stored.push({
          ...base,
          message_type: 'approval_request_message',
          tool_call: call,
          tool_calls: [call],
        });
        calls.push({ id, piece: one, args });
      }
    });
    this.#status('PROCESSING_API_RESPONSE', []);
    for (let i = 0; i < chunks.length + plan.lag; i += 1) {
      const written = chunks[i];
      if (written) this.#hub((model) => model.openRun.push(written));
      // The end is stored before the last chunks have been passed on.
      if (i === chunks.length - 1) {
        this.#hub((model) => {
          if (ends) model.messages.push(...stored);
          model.openRun = [];
        });
      }
      const passed = chunks[i - plan.lag];
      if (passed) this.#delta(passed);
    }
    if (ends) this.#tellCalls(calls);
    return runId;
  }

  #tellCalls(calls: { id: string; piece: Piece; args: string }[]): void {
    if (calls.length === 0) return;
    const asked = calls.filter(({ piece }) => piece.asks);
    const pending = asked.map(({ id, args }) => ({
      request_id: `perm-${id}`,
      request: { subtype: 'can_use_tool', tool_name: 'Bash', tool_call_id: id, input: JSON.parse(args) },
    }));
    for (const request of pending) this.#event({ type: 'control_request', ...request });
    this.#status('WAITING_ON_APPROVAL', pending);
    this.#status('EXECUTING_CLIENT_SIDE_TOOL', []);
    const returns = calls.map(({ id, piece, args }) => ({
      tool_call_id: id,
      status: piece.succeeds ? 'success' : 'error',
      tool_return: `out ${id}`,
      ...(piece.succeeds ? {} : { outcome: 'unknown' }),
      ...(piece.edited ? { updated_input: { command: `edited ${args.length}` } } : {}),
    }));
    for (const { id, piece, args } of calls) {
      const toolArgs = piece.edited ? JSON.stringify({ command: `edited ${args.length}` }) : args;
      const base = { tool_call_id: id, tool_name: 'Bash' };
      this.#delta({
        id: `lifecycle-s-${id}`,
        message_type: 'client_tool_start',
        ...base,
        tool_args: toolArgs,
      });
      const live = `synthetic-tool-return-stream-${id}`;
      this.#delta({
        id: live,
        message_type: 'tool_return_message',
        ...base,
        status: 'success',
        tool_return: 'o',
      });
    }
    for (const item of returns) {
      const { tool_call_id, status, outcome } = item;
      const end = { tool_call_id, status, ...(outcome ? { outcome } : {}) };
      this.#delta({ id: `lifecycle-e-${tool_call_id}`, message_type: 'client_tool_end', ...end });
      const id = `synthetic-tool-return-${tool_call_id}`;
      this.#delta({ id, message_type: 'tool_return_message', ...item, tool_returns: [item] });
    }
    this.#hub((model) => {
      const stored = { id: `m-${returns[0]?.tool_call_id}`, message_type: 'tool_return_message' };
      model.messages.push({ ...stored, ...returns[0], tool_returns: returns });
    });
  }

  #status(status: string, pending: object[]): void {
    const loop_status = { status, active_run_ids: [], executing_tool_call_ids: [] };
    this.#event({ type: 'update_loop_status', loop_status });
    this.#event({ type: 'update_device_status', device_status: { pending_control_requests: pending } });
  }
  #delta(delta: object): void {
    this.#event({ type: 'stream_delta', delta });
  }
  #event(frame: Frame): void {
    this.#n += 1;
    this.steps.push({ event: { ...frame, cursor: `life.${this.#n}` } });
  }
  #hub(change: (model: HubModel) => void): void {
    this.steps.push({ hub: change });
  }
}

import type { JsonObject, SampleEvent } from '../../../machines/ports.ts';
import type { DeltaBase, RunChunk, WireToolCall } from '../../protocol/delta.ts';
import type { NewMessage, OpenCalls } from '../store/rows.ts';

/** A chunk before it has its place in the run. */
export type NewChunk = RunChunk extends infer T
  ? T extends RunChunk
    ? Omit<T, 'seq_id' | 'run_id'>
    : never
  : never;

interface Spoken {
  id: string;
  date: string;
  at: number;
  pieces: string[];
}
interface Part extends Spoken {
  kind: 'assistant' | 'reasoning';
  metadata?: JsonObject;
}
interface Call extends WireToolCall {
  providerId: string;
  streamed: string;
}

/** What the rows of a run have in common. */
export type RowBase = Pick<NewMessage, 'turnId' | 'runId' | 'environment'>;

/**
 * Puts together what the model says: chunks for the stream as it speaks, messages for the transcript at the end.
 * Chunks of one message share its id. Calls get their ids here (design.md 5.4).
 */
export class SpokenStep {
  readonly #runId: string;
  readonly #newId: () => string;
  readonly #now: () => number;
  readonly #parts: Part[] = [];
  readonly #calls: Call[] = [];
  #callMessage: Spoken | null = null;
  /** The kind of the message that goes on with the next piece. */
  #open: 'assistant' | 'reasoning' | null = null;

  constructor(runId: string, newId: () => string, now: () => number) {
    this.#runId = runId;
    this.#newId = newId;
    this.#now = now;
  }

  /** The chunk for what the model just said; null when there is nothing to show. */
  take(event: SampleEvent): NewChunk | null {
    switch (event.type) {
      case 'sample.text':
        return event.text === '' ? null : this.#text(event.text);
      case 'sample.reasoning':
        return this.#reasoning(event.text, event.metadata);
      case 'sample.callStarted':
        return this.#callStarted(event.index, event.providerId, event.name);
      case 'sample.callArguments':
        return this.#callArguments(event.index, event.text);
      case 'sample.callEnded':
        return this.#callEnded(event.index, event.arguments);
      default:
        return null;
    }
  }

  /** How many characters were said, arguments included. */
  get length(): number {
    const said = this.#parts.reduce(
      (sum, { pieces }) => sum + pieces.reduce((n, piece) => n + piece.length, 0),
      0,
    );
    return said + this.#calls.reduce((sum, call) => sum + call.arguments.length, 0);
  }

  /** The calls, once each of them is whole. */
  openCalls(turnId: string, environment: string | null): OpenCalls {
    return {
      runId: this.#runId,
      turnId,
      environment,
      calls: this.#calls.map(({ tool_call_id, providerId, name }) => ({
        id: tool_call_id,
        providerId,
        name,
      })),
      cancelled: false,
    };
  }

  /** The rows for the transcript. `calls`: they count. `cut`: the model was stopped while it spoke. */
  messages(base: RowBase, { calls: withCalls, cut }: { calls: boolean; cut: boolean }): NewMessage[] {
    const rows = this.#parts.flatMap((part): NewMessage[] => {
      const text = part.pieces.join('');
      const row = { ...base, id: part.id, otid: null, sender: null, at: part.at, print: null };
      if (part.kind === 'assistant')
        return [{ ...row, kind: 'assistant_message', body: { content: text }, hidden: null }];
      const hidden: JsonObject | null = cut ? { cut } : part.metadata ? { metadata: part.metadata } : null;
      if (text !== '') return [{ ...row, kind: 'reasoning_message', body: { reasoning: text }, hidden }];
      return part.metadata
        ? [{ ...row, kind: 'hidden_reasoning_message', body: { state: 'redacted' }, hidden }]
        : [];
    });
    const message = this.#callMessage;
    if (!withCalls || !message) return rows;
    const calls = this.#calls.map(({ name, arguments: text, tool_call_id }) => ({
      name,
      arguments: text,
      tool_call_id,
    }));
    rows.push({
      ...base,
      id: message.id,
      kind: 'approval_request_message',
      otid: null,
      sender: null,
      at: message.at,
      print: null,
      body: { tool_call: calls[0] ?? null, tool_calls: calls },
      hidden: { providerIds: this.#calls.map(({ providerId }) => providerId) },
    });
    return rows;
  }

  #text(text: string): NewChunk {
    return { ...baseOf(this.#part('assistant', text)), message_type: 'assistant_message', content: text };
  }

  #reasoning(text: string, metadata: JsonObject | undefined): NewChunk | null {
    if (text === '' && metadata === undefined) return null;
    const part = this.#part('reasoning', text);
    if (metadata !== undefined) {
      part.metadata = metadata;
      this.#open = null;
    }
    if (text === '') return null;
    return {
      ...baseOf(part),
      message_type: 'reasoning_message',
      reasoning: text,
      source: 'reasoner_model',
    };
  }

  #callStarted(index: number, providerId: string, name: string): NewChunk {
    this.#open = null;
    this.#callMessage ??= this.#begin();
    const call: Call = {
      name,
      arguments: '',
      tool_call_id: `call-${this.#runId.replace(/^run-/, '')}-${index + 1}`,
      providerId,
      streamed: '',
    };
    this.#calls[index] = call;
    return this.#fragment(call, '');
  }

  #callArguments(index: number, text: string): NewChunk | null {
    const call = this.#calls[index];
    if (!call || text === '') return null;
    call.streamed += text;
    call.arguments = call.streamed;
    return this.#fragment(call, text);
  }

  /** A provider that does not stream arguments, or not all of them, gives the rest here. */
  #callEnded(index: number, whole: string): NewChunk | null {
    const call = this.#calls[index];
    if (!call) return null;
    call.arguments = whole;
    if (whole === call.streamed || !whole.startsWith(call.streamed)) return null;
    return this.#fragment(call, whole.slice(call.streamed.length));
  }

  #fragment({ name, tool_call_id }: Call, text: string): NewChunk {
    return {
      ...baseOf(this.#callMessage ?? this.#begin()),
      message_type: 'approval_request_message',
      tool_call: { name, arguments: text, tool_call_id },
    };
  }

  /** The message that `text` goes on, or a new one. */
  #part(kind: 'assistant' | 'reasoning', text: string): Part {
    let part = this.#parts.at(-1);
    if (!part || this.#open !== kind) {
      part = { kind, ...this.#begin() };
      this.#parts.push(part);
      this.#open = kind;
    }
    part.pieces.push(text);
    return part;
  }

  #begin(): Spoken {
    const at = this.#now();
    return { id: `message-${this.#newId()}`, date: new Date(at).toISOString(), at, pieces: [] };
  }
}

const baseOf = ({ id, date }: Spoken): Pick<DeltaBase, 'id' | 'date'> => ({ id, date });

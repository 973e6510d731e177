import type { ServerResponse } from 'node:http';
import type { JsonObject } from '../../machines/ports.ts';

/** A POST of a step as the hub saw it. */
export interface Posted {
  conversation: string;
  headers: Record<string, string | string[] | undefined>;
  body: { messages: JsonObject[]; client_tools: { name: string }[]; [field: string]: unknown };
}

/** A run at the fake hub: the test says what the model says. Chunks are kept, so that it can be attached to. */
export class FakeRun {
  readonly id: string;
  readonly posted: Posted;
  readonly chunks: JsonObject[] = [];
  #over = false;
  readonly #readers = new Set<ServerResponse>();

  constructor(id: string, posted: Posted) {
    this.id = id;
    this.posted = posted;
  }

  get otid(): string {
    return String(this.posted.body.messages[0]?.otid);
  }
  get texts(): unknown[] {
    return this.posted.body.messages.map((message) => message.content);
  }
  /** The results that this step hands over. */
  get results(): JsonObject[] {
    return (this.posted.body.messages[0]?.approvals ?? []) as JsonObject[];
  }
  get readers(): number {
    return this.#readers.size;
  }

  chunk(fields: JsonObject): this {
    const seq = this.chunks.length + 1;
    const chunk = {
      id: `m-${this.id}`,
      date: '2026-01-01T00:00:00Z',
      run_id: this.id,
      seq_id: seq,
      ...fields,
    };
    this.chunks.push(chunk);
    this.#write(chunk);
    return this;
  }
  say(content: string): this {
    return this.chunk({ message_type: 'assistant_message', content });
  }
  /** A call, its arguments in two fragments. */
  call(id: string, name: string, args: JsonObject): this {
    const text = JSON.stringify(args);
    const half = Math.ceil(text.length / 2);
    for (const fragment of [text.slice(0, half), text.slice(half)])
      this.chunk({
        message_type: 'approval_request_message',
        tool_call: { tool_call_id: id, name, arguments: fragment },
      });
    return this;
  }
  bash(id: string, command: string): this {
    return this.call(id, 'Bash', { command });
  }
  /** Not a chunk of the run: seen by who reads now, and not kept. */
  aside(fields: JsonObject): this {
    this.#write(fields);
    return this;
  }
  /** The run is over. */
  stop(stopReason = 'end_turn'): void {
    this.chunk({ message_type: 'stop_reason', stop_reason: stopReason });
    this.chunk({
      message_type: 'usage_statistics',
      ...{ prompt_tokens: 1, completion_tokens: 2, total_tokens: 3, step_count: 1 },
    });
    this.#over = true;
    for (const reader of this.#readers) this.#finish(reader);
  }
  askApproval(): void {
    this.stop('requires_approval');
  }
  /** The connections of all who read break; the run goes on. */
  cut(): void {
    for (const reader of this.#readers) reader.socket?.resetAndDestroy();
    this.#readers.clear();
  }

  attach(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    for (const chunk of this.chunks) response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    if (this.#over) return this.#finish(response);
    this.#readers.add(response);
    response.on('close', () => this.#readers.delete(response));
  }

  #write(value: JsonObject): void {
    for (const reader of this.#readers) reader.write(`data: ${JSON.stringify(value)}\n\n`);
  }
  #finish(response: ServerResponse): void {
    response.end('data: [DONE]\n\n');
    this.#readers.delete(response);
  }
}

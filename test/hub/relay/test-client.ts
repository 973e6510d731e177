import { once } from 'node:events';
import { WebSocket } from 'ws';
import { type Frame, Frames } from './frames.ts';
import { OWNER, type TestHub } from './test-hub.ts';

export interface TestClientOptions {
  token?: string;
  query?: Record<string, string>;
  /** Ours by default: it says so by its sub-protocol, and follows by `resume`. */
  isForeign?: boolean;
}

export const runtime = (conversationId = 'conv-1', agentId: string | null = 'agent-1') => ({
  agent_id: agentId,
  conversation_id: conversationId,
});

/** A client's socket, and what came over it. */
export class TestClient {
  readonly frames = new Frames();
  closed: { code: number; reason: string } | null = null;
  readonly ws: WebSocket;
  #requests = 0;

  constructor(hub: Pick<TestHub, 'url'>, environment: string, options: TestClientOptions = {}) {
    const query = new URLSearchParams(options.query ?? {});
    const url = `${hub.url.replace('http', 'ws')}/v1/environments/${encodeURIComponent(environment)}/status/ws?${query}`;
    this.ws = new WebSocket(url, options.isForeign ? [] : ['signalbox'], {
      headers: { authorization: `Bearer ${options.token ?? OWNER}` },
    });
    this.ws.on('message', (data) => this.frames.push(JSON.parse(String(data)) as Frame));
    this.ws.on('error', () => {});
    this.ws.on('close', (code, reason) => {
      this.closed = { code, reason: String(reason) };
    });
  }

  static async open(
    hub: Pick<TestHub, 'url'>,
    environment: string,
    options?: TestClientOptions,
  ): Promise<TestClient> {
    const client = new TestClient(hub, environment, options);
    await once(client.ws, 'open');
    return client;
  }

  send(frame: object | string): void {
    this.ws.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
  }

  /** Sends a frame under a new `request_id` and waits for its answer. */
  async ask(frame: object, requestId?: string): Promise<Frame> {
    this.#requests += 1;
    const id = requestId ?? `r${this.#requests}`;
    this.send({ ...frame, request_id: id });
    return this.frames.answer(id);
  }

  resume(conversationId = 'conv-1', cursor: string | null = null): Promise<Frame> {
    return this.ask({ type: 'resume', runtime: runtime(conversationId), cursor });
  }

  /** An input with one text; its `client_message_id` is the text. */
  say(text: string, conversationId = 'conv-1', extra: object = {}): Promise<Frame> {
    const messages = [{ role: 'user', content: text, client_message_id: text }];
    const payload = { kind: 'create_message', messages };
    return this.ask({ type: 'input', runtime: runtime(conversationId), payload, ...extra });
  }

  withdraw(clientMessageId: string, conversationId = 'conv-1'): Promise<Frame> {
    const frame = {
      type: 'withdraw_input',
      runtime: runtime(conversationId),
      client_message_id: clientMessageId,
    };
    return this.ask(frame);
  }

  /** The texts of the deltas it was shown, in order. */
  texts(): string[] {
    return this.frames
      .of('stream_delta')
      .map(({ delta }) => String((delta as { content?: unknown }).content));
  }

  async close(): Promise<void> {
    if (this.ws.readyState === WebSocket.CLOSED) return;
    this.ws.terminate();
    await once(this.ws, 'close');
  }
}

import { WebSocket } from 'ws';
import { TOKEN } from '../house/house.ts';
import type { Story } from './story.ts';

export interface ForeignOptions {
  who: string;
  url: string;
  environmentId: string;
  agentId: string;
  conversationId: string;
  story: Story;
  onBreach(what: string): void;
}

type Frame = Record<string, unknown>;

/** How soon it comes back, in milliseconds. */
const BACK_AFTER_MS = 100;

/**
 * A client that knows nothing of Signalbox, as Letta's: it acknowledges, counts `event_seq`, and sends again what was
 * not answered when it comes back.
 */
export class ForeignClient {
  readonly #options: ForeignOptions;
  readonly #unanswered = new Map<string, { frame: Frame; settle: (answer: Frame) => void }>();
  #socket: WebSocket | null = null;
  #timer: NodeJS.Timeout | undefined;
  #count = 0;
  /** All that it was told the model said. */
  said = '';
  /** How often it was connected. */
  connections = 0;

  constructor(options: ForeignOptions) {
    this.#options = options;
    this.#connect();
  }

  /** Sends an input; resolves with `input_accepted`. */
  send(clientMessageId: string, text: string): Promise<Frame> {
    this.#count += 1;
    const request_id = `${this.#options.who}-${this.#count}`;
    const frame = {
      type: 'input',
      request_id,
      runtime: { agent_id: this.#options.agentId, conversation_id: this.#options.conversationId },
      payload: {
        kind: 'create_message',
        messages: [{ role: 'user', content: text, client_message_id: clientMessageId }],
      },
    };
    return new Promise((settle) => {
      this.#unanswered.set(request_id, { frame, settle });
      this.#write(frame);
    });
  }

  close(): void {
    clearTimeout(this.#timer);
    const socket = this.#socket;
    this.#socket = null;
    socket?.terminate();
    for (const { settle } of this.#unanswered.values()) settle({ accepted: false, error: 'closed' });
    this.#unanswered.clear();
  }

  #connect(): void {
    const { url, environmentId, agentId, conversationId, story, who } = this.#options;
    const query = new URLSearchParams({ agentId, conversationId });
    const socket = new WebSocket(
      `${url.replace(/^http/, 'ws')}/v1/environments/${environmentId}/status/ws?${query}`,
      {
        headers: { authorization: `Bearer ${TOKEN}` },
      },
    );
    this.#socket = socket;
    let eventSeq = 0;
    const keys = new Set<unknown>();
    socket.on('open', () => {
      story.tell(who, 'connected');
      this.connections += 1;
      for (const { frame } of this.#unanswered.values()) this.#write(frame);
    });
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      if (typeof frame.seq === 'number') this.#write({ type: 'ack', seq: frame.seq });
      if (typeof frame.event_seq === 'number') {
        eventSeq += 1;
        if (frame.event_seq !== eventSeq)
          this.#options.onBreach(`${who}: event_seq ${frame.event_seq} came where ${eventSeq} was due`);
        if (keys.has(frame.idempotency_key))
          this.#options.onBreach(`${who}: ${String(frame.idempotency_key)} came twice`);
        keys.add(frame.idempotency_key);
      }
      const delta = frame.type === 'stream_delta' ? (frame.delta as Frame) : null;
      if (delta?.message_type === 'assistant_message') this.said += String(delta.content);
      const waiting = this.#unanswered.get(String(frame.request_id));
      if (!waiting || frame.type !== 'input_accepted') return;
      this.#unanswered.delete(String(frame.request_id));
      waiting.settle(frame);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      if (this.#socket !== socket) return;
      story.tell(who, 'disconnected');
      this.#timer = setTimeout(() => this.#connect(), BACK_AFTER_MS);
    });
  }

  #write(frame: Frame): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(frame));
  }
}

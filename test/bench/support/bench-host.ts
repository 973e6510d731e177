import { once } from 'node:events';
import { WebSocket } from 'ws';
import { LinkReceiver, LinkSender } from '../../../src/protocol/link.ts';
import { TOKEN } from './bench-home.ts';
import { rest } from './rest.ts';

interface Registration {
  connectionId: string;
  wsUrl: string;
  environmentId: string;
}

/** A host as the hub sees it, and nothing behind it: registers, keeps a numbered link, sends what it is told. */
export class BenchHost {
  readonly name: string;
  environmentId = '';
  readonly #url: string;
  readonly #sender = new LinkSender();
  readonly #receiver = new LinkReceiver();
  #registration: Registration | null = null;
  #ws: WebSocket | null = null;

  constructor(url: string, name: string) {
    this.#url = url;
    this.name = name;
  }

  async register(): Promise<void> {
    this.#registration = await rest<Registration>(this.#url, 'POST', '/v1/environments/register', {
      ...{ deviceId: `device-${this.name}`, listenerInstanceId: 'bench', connectionName: this.name },
      metadata: { os: 'linux', signalboxLink: 1, signalboxEpoch: this.name },
    });
    this.environmentId = this.#registration.environmentId;
  }

  /** Opens a socket; resolves when the hub has opened the link on it. Rejects when it does not. */
  async connect(): Promise<void> {
    if (!this.#registration) await this.register();
    const ws = new WebSocket(String(this.#registration?.wsUrl), {
      headers: { authorization: `Bearer ${TOKEN}` },
      perMessageDeflate: false,
    });
    this.#ws = ws;
    ws.on('error', () => undefined);
    const opened = new Promise<void>((resolve, reject) => {
      ws.on('message', (data) => this.#receive(ws, String(data), resolve));
      ws.on('close', (code) => reject(new Error(`closed with ${code}`)));
    });
    opened.catch(() => undefined);
    await once(ws, 'open');
    ws.send(JSON.stringify({ type: 'link_open', epoch: this.name, received: this.#receiver.received }));
    await opened;
  }

  /** Sends a frame over the link. */
  send(frame: object): void {
    this.#ws?.send(this.#sender.add(frame));
  }

  drop(): void {
    this.#ws?.terminate();
  }

  #receive(ws: WebSocket, text: string, opened: () => void): void {
    const frame = JSON.parse(text) as { type: string; received?: number; n?: number };
    if (frame.type === 'link_open') {
      for (const kept of this.#sender.after(Number(frame.received))) ws.send(kept);
      return opened();
    }
    if (frame.type === 'link_ack') return this.#sender.acknowledge(Number(frame.received));
    if (this.#receiver.accept(frame.n)) ws.send(JSON.stringify(this.#receiver.acknowledgement()));
  }
}

import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { RegisterAnswer } from '../../../src/protocol/register.ts';
import { accept } from './fake-host.ts';
import { type Frame, Frames } from './frames.ts';
import { OWNER, type TestHub } from './test-hub.ts';

export interface ForeignHostOptions {
  name?: string;
  deviceId?: string;
  /** What it answers; by default it accepts inputs and syncs and says nothing to what Letta's does not know. */
  reply?(frame: Frame): Frame | null;
}

/** A host that speaks Letta's protocol: one socket, no link, no epoch; silent about what it does not know. */
export class ForeignHost {
  readonly frames = new Frames();
  registration!: RegisterAnswer;
  closed: { code: number; reason: string } | null = null;
  readonly #hub: TestHub;
  readonly #options: ForeignHostOptions;
  #ws: WebSocket | null = null;

  constructor(hub: TestHub, options: ForeignHostOptions = {}) {
    this.#hub = hub;
    this.#options = { name: 'letta', deviceId: 'device-letta', ...options };
  }

  get environmentId(): string {
    return String(this.registration.environmentId);
  }

  async register(): Promise<RegisterAnswer> {
    const { name, deviceId } = this.#options;
    const response = await this.#hub.fetch('/v1/environments/register', {
      method: 'POST',
      body: JSON.stringify({
        ...{ deviceId, connectionName: name, listenerInstanceId: 'server-letta' },
        metadata: {
          lettaCodeVersion: '0.32.18',
          environmentMessageProtocol: 'v2-input',
          supportsPairedListenerGenerations: true,
        },
      }),
    });
    this.registration = (await response.json()) as RegisterAnswer;
    return this.registration;
  }

  async connect(): Promise<this> {
    if (!this.registration) await this.register();
    this.closed = null;
    const { deviceId, name } = this.#options;
    const query = new URLSearchParams({ deviceId: deviceId ?? '', connectionName: name ?? '' });
    const ws = new WebSocket(`${this.registration.wsUrl}?${query}`, {
      headers: { authorization: `Bearer ${OWNER}` },
    });
    this.#ws = ws;
    ws.on('close', (code, reason) => {
      if (this.#ws === ws) this.closed = { code, reason: String(reason) };
    });
    ws.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Frame;
      this.frames.push(frame);
      const answer = typeof frame.request_id === 'string' ? (this.#options.reply ?? lettaReply)(frame) : null;
      if (answer) ws.send(JSON.stringify(answer));
    });
    await once(ws, 'open');
    return this;
  }

  send(frame: object): void {
    this.#ws?.send(JSON.stringify(frame));
  }

  cut(): void {
    this.#ws?.terminate();
  }
}

function lettaReply(frame: Frame): Frame | null {
  return /^(?:input|sync|abort_message|runtime_start)$/.test(frame.type) ? accept(frame) : null;
}

import { once } from 'node:events';
import { WebSocket } from 'ws';
import { LinkReceiver, LinkSender } from '../../../src/protocol/link.ts';
import type { RegisterAnswer } from '../../../src/protocol/register.ts';
import { type Frame, Frames } from './frames.ts';
import { OWNER, type TestHub } from './test-hub.ts';

export interface FakeHostOptions {
  name?: string;
  deviceId?: string;
  listenerInstanceId?: string;
  epoch?: string;
  token?: string;
  /** What it answers to a command; by default it accepts. Null answers nothing. */
  reply?(frame: Frame): Frame | null;
}

/** A host of ours as the hub sees it: registers, opens the numbered link, answers, and sends what it is told. */
export class FakeHost {
  readonly frames = new Frames();
  readonly sender = new LinkSender();
  readonly receiver = new LinkReceiver();
  registration!: RegisterAnswer;
  /** Set by each `link_open` of the hub. */
  resumed: boolean | null = null;
  closed: { code: number; reason: string } | null = null;
  readonly #hub: TestHub;
  readonly #options: FakeHostOptions;
  #ws: WebSocket | null = null;
  #isOpen = false;

  constructor(hub: TestHub, options: FakeHostOptions = {}) {
    this.#hub = hub;
    this.#options = {
      name: 'laptop',
      deviceId: 'device-1',
      listenerInstanceId: 'server-1',
      epoch: 'e1',
      ...options,
    };
  }

  get environmentId(): string {
    return String(this.registration.environmentId);
  }

  async register(): Promise<RegisterAnswer> {
    const { name, deviceId, listenerInstanceId, epoch, token } = this.#options;
    const response = await this.#hub.fetch('/v1/environments/register', {
      method: 'POST',
      token: token ?? OWNER,
      body: JSON.stringify({
        ...{ deviceId, listenerInstanceId, connectionName: name },
        metadata: { os: 'linux', signalboxLink: 1, signalboxEpoch: epoch },
      }),
    });
    if (response.status !== 200) throw new Error(`register: ${response.status} ${await response.text()}`);
    this.registration = (await response.json()) as RegisterAnswer;
    return this.registration;
  }

  /** Opens the socket; resolves when the hub has answered `link_open`, or has closed it. */
  async connect(): Promise<this> {
    if (!this.registration) await this.register();
    this.closed = null;
    this.#isOpen = false;
    const { deviceId, name, token } = this.#options;
    const query = new URLSearchParams({ deviceId: deviceId ?? '', connectionName: name ?? '' });
    const ws = new WebSocket(`${this.registration.wsUrl}?${query}`, {
      headers: { authorization: `Bearer ${token ?? OWNER}` },
    });
    this.#ws = ws;
    const settled = new Promise<void>((resolve) => {
      ws.on('message', (data) => this.#receive(ws, JSON.parse(String(data)) as Frame, resolve));
      ws.on('close', (code, reason) => {
        if (this.#ws === ws) this.closed = { code, reason: String(reason) };
        resolve();
      });
    });
    await once(ws, 'open');
    ws.send(
      JSON.stringify({ type: 'link_open', epoch: this.#options.epoch, received: this.receiver.received }),
    );
    await settled;
    return this;
  }

  /** Sends a frame over the link; while there is none it is kept. */
  send(frame: object): void {
    const text = this.sender.add(frame);
    if (this.#isOpen) this.#ws?.send(text);
  }

  sendRaw(text: string): void {
    this.#ws?.send(text);
  }

  delta(conversationId: string, text: string, agentId = 'agent-1'): void {
    this.send({
      type: 'stream_delta',
      runtime: { agent_id: agentId, conversation_id: conversationId },
      delta: { id: 'm', date: '', message_type: 'assistant_message', content: text },
    });
  }

  /** The link breaks: what is said from now on is kept. Resolves when the hub has noticed. */
  async cut(): Promise<void> {
    this.#isOpen = false;
    this.#ws?.terminate();
    await this.gone();
  }

  /** Resolves when the hub has noticed that this host is away. */
  async gone(): Promise<void> {
    const { vi } = await import('vitest');
    await vi.waitFor(async () => {
      const response = await this.#hub.fetch(`/v1/environments/${this.environmentId}`);
      if (((await response.json()) as { status: string }).status !== 'offline')
        throw new Error('still there');
    });
  }

  get socket(): WebSocket {
    if (!this.#ws) throw new Error('not connected');
    return this.#ws;
  }

  #receive(ws: WebSocket, frame: Frame, opened: () => void): void {
    if (frame.type === 'link_open') {
      this.resumed = frame.resumed === true;
      this.#isOpen = true;
      for (const text of this.sender.after(Number(frame.received))) ws.send(text);
      return opened();
    }
    if (frame.type === 'link_ack') return this.sender.acknowledge(Number(frame.received));
    if (!this.receiver.accept(frame.n as number | undefined)) return;
    ws.send(JSON.stringify(this.receiver.acknowledgement()));
    this.frames.push(frame);
    const reply = this.#options.reply ?? accept;
    const answer = typeof frame.request_id === 'string' ? reply(frame) : null;
    if (answer) this.send(answer);
  }
}

/** What a host says that takes everything. */
export function accept(frame: Frame): Frame {
  const { request_id, runtime } = frame;
  if (frame.type === 'input')
    return { type: 'input_accepted', request_id, runtime, accepted: true, disposition: 'queued' };
  if (frame.type === 'withdraw_input') {
    const { client_message_id } = frame;
    return {
      type: 'withdraw_input_response',
      request_id,
      client_message_id,
      status: 'withdrawn',
      success: true,
    };
  }
  if (frame.type === 'abort_message')
    return { type: 'abort_message_response', request_id, runtime, aborted: true, success: true };
  return { type: `${frame.type}_response`, request_id, runtime, success: true };
}

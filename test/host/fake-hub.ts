import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import type { JsonObject } from '../../machines/ports.ts';
import { LinkReceiver, LinkSender } from '../../src/protocol/link.ts';
import { FakeRun, type Posted } from './fake-run.ts';
import { SCOPE } from './support/samples.ts';

export type Frame = Record<string, unknown> & { type: string };
interface Asked {
  method: string;
  path: string;
  headers: http.IncomingHttpHeaders;
  body: JsonObject;
}
interface Answer {
  status: number;
  body?: unknown;
}

export const TOKEN = 'token-of-the-test-host';

/**
 * A hub as a host sees it: registration, the device socket with or without the numbered link, and the REST calls of
 * a turn. The test is its clients and its models: it sends frames, and answers each step that the host asks for.
 */
export class FakeHub {
  /** Everything new that the host said, in order, whichever socket it came by. */
  readonly frames: Frame[] = [];
  readonly registrations: JsonObject[] = [];
  readonly runs: FakeRun[] = [];
  readonly cancels: Asked[] = [];
  readonly attached: JsonObject[] = [];
  /** Answers the registration itself when it returns something. */
  onRegister: () => Answer | null = () => null;
  /** What the model says to a step; by default the test says it, run by run. */
  onPost: (run: FakeRun) => void = () => undefined;
  /** Answers a POST of a step itself, before there is a run. */
  refusePost: (posted: Posted) => Answer | null = () => null;
  onRest: (asked: Asked) => Answer = () => ({
    status: 404,
    body: { error: 'not_found', message: 'no such thing' },
  });
  onCancel: () => Answer = () => ({ status: 200, body: {} });
  hubId = 'hub-1';
  readonly isLinked: boolean;
  readonly #server = http.createServer((request, response) => void this.#rest(request, response));
  #ws: WebSocket | null = null;
  #epoch = '';
  #receiver = new LinkReceiver();
  #sender = new LinkSender();
  #isOpen = false;
  #port = 0;

  constructor(options: { isLinked?: boolean } = {}) {
    this.isLinked = options.isLinked ?? true;
  }

  static async start(options: { isLinked?: boolean } = {}): Promise<FakeHub> {
    const hub = new FakeHub(options);
    await hub.#listen();
    return hub;
  }

  async #listen(): Promise<void> {
    const sockets = new WebSocketServer({ noServer: true });
    this.#server.on('upgrade', (request, tcp, head) => {
      if (request.headers.authorization !== `Bearer ${TOKEN}`)
        return tcp.end('HTTP/1.1 401 Unauthorized\r\ncontent-length: 0\r\n\r\n');
      sockets.handleUpgrade(request, tcp, head, (ws) => this.#take(ws));
    });
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`;
  }
  get isConnected(): boolean {
    return this.#isOpen;
  }
  get socket(): WebSocket {
    if (!this.#ws) throw new Error('no host is connected');
    return this.#ws;
  }

  /** A frame of a client about the conversation of the samples. */
  send(type: string, fields: object = {}, conversation = SCOPE.conversationId): void {
    const runtime = { agent_id: SCOPE.agentId, conversation_id: conversation };
    this.sendFrame({ type, runtime, ...fields });
  }
  sendFrame(frame: object): void {
    this.socket.send(this.isLinked ? this.#sender.add(frame) : JSON.stringify(frame));
  }
  /** A message of a person, with its id as its text. */
  message(id: string, options: object = {}, conversation = SCOPE.conversationId): void {
    const messages = [{ role: 'user', content: id, client_message_id: id }];
    const payload = { kind: 'create_message', messages, ...options };
    this.send('input', { request_id: `r-${id}`, payload }, conversation);
  }
  answerApproval(callId: string, decision: JsonObject, requestId = `r-${callId}`): void {
    const payload = { kind: 'approval_response', request_id: `perm-${callId}`, decision };
    this.send('input', { request_id: requestId, payload });
  }

  of(type: string): Frame[] {
    return this.frames.filter((frame) => frame.type === type);
  }
  deltas(messageType?: string): JsonObject[] {
    return this.of('stream_delta')
      .map((frame) => frame.delta as JsonObject)
      .filter((delta) => messageType === undefined || delta.message_type === messageType);
  }
  loops(): string[] {
    return this.of('update_loop_status').map((frame) => (frame.loop_status as { status: string }).status);
  }
  /** The `count`-th frame of that type for which `when` holds. */
  async frame(type: string, count = 1, when: (frame: Frame) => boolean = () => true): Promise<Frame> {
    return this.#until(() => this.of(type).filter(when)[count - 1], `frame ${count} of ${type}`);
  }
  async reply(requestId: string): Promise<Frame> {
    const find = () =>
      this.frames.find((frame) => frame.request_id === requestId && frame.type !== 'control_request');
    return this.#until(find, `a reply to ${requestId}`);
  }
  async delta(messageType: string, count = 1): Promise<JsonObject> {
    return this.#until(() => this.deltas(messageType)[count - 1], `delta ${count} of ${messageType}`);
  }
  async run(count: number): Promise<FakeRun> {
    return this.#until(() => this.runs[count - 1], `run ${count}`);
  }
  async connected(): Promise<void> {
    await this.#until(() => this.#isOpen || undefined, 'a host');
  }

  /** The connection breaks. */
  cut(): void {
    this.#isOpen = false;
    this.#ws?.terminate();
  }
  close(code: number, reason: string): void {
    this.#isOpen = false;
    this.#ws?.close(code, reason);
  }
  /** As after a restart: nothing is known of the link. */
  forgetLink(): void {
    this.#epoch = '';
  }
  /** The hub is gone, with all of its connections. */
  async stop(): Promise<void> {
    this.#isOpen = false;
    this.#ws?.terminate();
    this.#server.removeAllListeners('upgrade');
    this.#server.closeAllConnections();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, 'close');
  }

  async #until<T>(find: () => T | undefined, what: string): Promise<T> {
    let found: T | undefined;
    await vi.waitFor(
      () => {
        found = find();
        if (found === undefined)
          throw new Error(`no ${what}; the host said: ${this.frames.map(({ type }) => type).join(' ')}`);
      },
      { timeout: 10_000, interval: 5 },
    );
    return found as T;
  }

  #take(ws: WebSocket): void {
    this.#ws = ws;
    ws.on('message', (data) => this.#receive(ws, JSON.parse(String(data)) as Frame));
    ws.on('close', () => {
      if (this.#ws === ws) this.#isOpen = false;
    });
    if (!this.isLinked) this.#isOpen = true;
  }

  #receive(ws: WebSocket, frame: Frame): void {
    if (this.#ws !== ws) return;
    if (frame.type === 'ping') return ws.send('{"type":"pong"}');
    if (frame.type === 'link_open') return this.#openLink(ws, frame);
    if (frame.type === 'link_ack') return this.#sender.acknowledge(Number(frame.received));
    if (!this.#receiver.accept(typeof frame.n === 'number' ? frame.n : undefined)) return;
    this.frames.push(frame);
    if (this.isLinked) ws.send(JSON.stringify(this.#receiver.acknowledgement()));
  }

  #openLink(ws: WebSocket, { epoch, received }: Frame): void {
    const resumed = this.#epoch === epoch;
    if (!resumed) {
      this.#epoch = String(epoch);
      this.#receiver = new LinkReceiver();
      this.#sender = new LinkSender();
    }
    ws.send(JSON.stringify({ type: 'link_open', epoch, received: this.#receiver.received, resumed }));
    for (const text of this.#sender.after(Number(received))) ws.send(text);
    this.#isOpen = true;
  }

  async #rest(request: http.IncomingMessage, response: http.ServerResponse): Promise<void> {
    let text = '';
    for await (const part of request) text += String(part);
    const body = (text ? JSON.parse(text) : {}) as JsonObject;
    const { headers, method = '' } = request;
    const asked: Asked = { method, path: request.url ?? '', headers, body };
    if (headers.authorization !== `Bearer ${TOKEN}`)
      return send(response, { status: 401, body: { error: 'unauthorized', message: 'bad token' } });
    if (asked.path === '/v1/environments/register') return send(response, this.#register(body));
    const [, conversation = '', what] =
      /^\/v1\/conversations\/([^/?]+)\/(messages|stream|cancel)(?:\?|$)/.exec(asked.path) ?? [];
    if (what === 'messages')
      return this.#post({ conversation, headers, body: body as Posted['body'] }, response);
    if (what === 'stream') return this.#attach(body, response);
    if (what === 'cancel') {
      this.cancels.push(asked);
      // Letta's API reads the agent from the query here, and from nowhere else.
      if (conversation === 'default' && !/[?&]agent_id=./.test(asked.path))
        return send(response, { status: 422, body: { message: 'whose default conversation is meant?' } });
      return send(response, this.onCancel());
    }
    send(response, this.onRest(asked));
  }

  #register(body: JsonObject): Answer {
    this.registrations.push(body);
    const own = this.onRegister();
    if (own) return own;
    const count = this.registrations.length;
    const answer = { connectionId: `conn-${count}`, wsUrl: `ws://127.0.0.1:${this.#port}/v1/device/ws` };
    const ours = { signalboxLink: 1, environmentId: 'env-1', generation: count, hubId: this.hubId };
    return { status: 200, body: this.isLinked ? { ...answer, ...ours } : answer };
  }

  #post(posted: Posted, response: http.ServerResponse): void {
    const refusal = this.refusePost(posted);
    if (refusal) return send(response, refusal);
    const run = new FakeRun(`run-${this.runs.length + 1}`, posted);
    const known = this.runs.find((other) => other.otid === run.otid);
    if (known) return known.attach(response);
    this.runs.push(run);
    run.attach(response);
    this.onPost(run);
  }

  #attach(body: JsonObject, response: http.ServerResponse): void {
    this.attached.push(body);
    const run = this.runs.find((other) => other.otid === body.otid);
    if (run) return run.attach(response);
    send(response, { status: 404, body: { error: 'not_found', message: 'no run of that otid' } });
  }
}

function send(response: http.ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body ?? {}));
}

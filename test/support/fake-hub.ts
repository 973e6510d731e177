import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

type Json = Record<string, unknown>;

/** A hub that does what a test says: for what the real one would never do, or not at the right moment. */
export class FakeHub {
  url = '';
  environments: Json[] = [
    { id: 'env-1', connectionName: 'laptop', deviceId: 'd1', status: 'online', connectionId: 'conn-1' },
  ];
  agents: Json[] = [{ id: 'agent-1', name: 'default' }];
  conversations: Json[] = [{ id: 'conv-1', agent_id: 'agent-2' }];
  /** What is answered instead, for requests whose `METHOD path` begins so. */
  failures = new Map<string, { status: number; body: unknown }>();
  /** `METHOD path` of every request. */
  requests: string[] = [];
  /** Frames from clients, pings and acks apart. */
  frames: Json[] = [];
  acks: number[] = [];
  upgrades: { url: string; protocols: string }[] = [];
  sockets: WebSocket[] = [];
  snapshot: Json = {};
  /** Called for every frame but pings and resumes. */
  onFrame: (frame: Json, socket: WebSocket) => void = () => undefined;
  resumeResult: 'ok' | 'gap' = 'gap';
  #server = createServer((request, response) => this.#respond(request, response));
  #upgrade = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('signalbox') ? 'signalbox' : false),
  });

  async start(port = 0): Promise<this> {
    this.#server.on('upgrade', (request, socket, head) => {
      this.upgrades.push({
        url: request.url ?? '',
        protocols: request.headers['sec-websocket-protocol'] ?? '',
      });
      this.#upgrade.handleUpgrade(request, socket, head, (client) => this.#serve(client));
    });
    await new Promise<void>((resolve) => this.#server.listen(port, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  /** To every client. */
  say(frame: Json): void {
    for (const socket of this.sockets)
      if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(frame));
  }

  drop(): void {
    for (const socket of this.sockets) socket.terminate();
    this.sockets = [];
  }

  async stop(): Promise<void> {
    this.drop();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: WebSocket): void {
    this.sockets.push(socket);
    socket.on('message', (data) => {
      const frame = JSON.parse(String(data)) as Json;
      if (frame.type === 'ping') return socket.send('{"type":"pong"}');
      if (frame.type === 'ack') return void this.acks.push(Number(frame.seq));
      this.frames.push(frame);
      if (frame.type !== 'resume') return this.onFrame(frame, socket);
      const { request_id, runtime } = frame;
      const cursor = 'life.0';
      socket.send(
        JSON.stringify({ type: 'resumed', request_id, runtime, cursor, result: this.resumeResult }),
      );
      if (this.resumeResult === 'gap') socket.send(JSON.stringify({ ...EMPTY_SNAPSHOT, ...this.snapshot }));
    });
  }

  #respond(request: IncomingMessage, response: ServerResponse): void {
    const path = (request.url ?? '').split('?')[0] ?? '';
    const call = `${request.method} ${request.url}`;
    this.requests.push(call);
    const failure = [...this.failures].find(([start]) => call.startsWith(start))?.[1];
    const { status, body } = failure ?? this.#find(request.method ?? '', path);
    request.resume();
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }

  #find(method: string, path: string): { status: number; body: unknown } {
    const [, , kind, which] = path.split('/').map(decodeURIComponent);
    if (path === '/healthz') return { status: 200, body: { status: 'ok' } };
    if (kind === 'environments' && !which) return { status: 200, body: { connections: this.environments } };
    if (kind === 'agents' && !which) {
      if (method === 'POST') this.agents.push({ id: `agent-${this.agents.length + 1}`, name: 'default' });
      return { status: 200, body: method === 'POST' ? this.agents.at(-1) : this.agents };
    }
    const rows = { environments: this.environments, agents: this.agents, conversations: this.conversations };
    const row = (rows[kind as keyof typeof rows] ?? []).find((one) =>
      [one.id, one.connectionName, one.deviceId].includes(which),
    );
    if (row) return { status: 200, body: row };
    return { status: 404, body: { error: 'not_found', message: `no ${kind} "${which}"` } };
  }
}

const EMPTY_SNAPSHOT = {
  type: 'snapshot',
  cursor: 'life.0',
  messages: [],
  open_run: [],
  queue: [],
  held: [],
  loop_status: { status: 'WAITING_ON_INPUT', active_run_ids: [], executing_tool_call_ids: [] },
  device_status: { current_permission_mode: 'standard', pending_control_requests: [] },
  environment: { id: 'env-1', name: 'laptop', status: 'online' },
};

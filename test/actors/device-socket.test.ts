import { createHash } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { createDeviceSocket, type DeviceUplink } from '../../actors/device-socket.ts';
import type { DeviceSocketEvent, Frame } from '../../machines/ports.ts';
import { invoke } from './invoked.ts';

let server: http.Server;
let url: string;
let refuseWith: number;
/** Sockets at the hub's end, as they come. */
let there: { ws: WebSocket; tcp: Socket; request: http.IncomingMessage; frames: Frame[] }[];

beforeEach(async () => {
  there = [];
  refuseWith = 0;
  server = http.createServer();
  const sockets = new WebSocketServer({ noServer: true });
  server.on('upgrade', (request, tcp, head) => {
    if (refuseWith) return tcp.end(`HTTP/1.1 ${refuseWith} No\r\ncontent-length: 0\r\n\r\n`);
    sockets.handleUpgrade(request, tcp, head, (ws) => {
      const frames: Frame[] = [];
      ws.on('message', (data) => frames.push(JSON.parse(String(data)) as Frame));
      there.push({ ws, tcp: tcp as Socket, request, frames });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/v1/ws?key=kept`;
});

afterEach(() => {
  for (const { ws } of there) ws.terminate();
  server.close();
});

/** An uplink that notes what it is told. */
class FakeUplink implements DeviceUplink {
  calls: string[] = [];
  received: Frame[] = [];
  resumed = true;
  write: ((text: string) => void) | null = null;
  hello = () => '{"type":"link_open","epoch":"e","received":0}';
  attach(linked: boolean, write: (text: string) => void, answer: Frame | null): { resumed: boolean } {
    this.calls.push(`attach ${linked} ${answer?.type ?? 'none'}`);
    this.write = write;
    return { resumed: this.resumed };
  }
  /** Called before what was written leaves. */
  onLeaving = (): void => undefined;
  leaving(): void {
    this.onLeaving();
  }
  detach(): void {
    this.calls.push('detach');
    this.write = null;
  }
  receive(_: string, frame: Frame): void {
    this.received.push(frame);
  }
}

function open(linked: boolean, at = url) {
  const uplink = new FakeUplink();
  const socket = invoke<DeviceSocketEvent>(
    createDeviceSocket({
      uplink,
      token: () => 'very-secret-token',
      query: { deviceId: 'device-1', connectionName: 'my laptop' },
    }),
    { connectionId: 'conn-1', wsUrl: at, linked },
  );
  return { ...socket, uplink };
}

const hub = async () => {
  await vi.waitFor(() => expect(there).toHaveLength(1));
  return there[0] as (typeof there)[number];
};
const LINK_OPEN = '{"type":"link_open","epoch":"e","received":0,"resumed":true}';
/** Ready for frames, as the hub's end. */
async function ready(socket: ReturnType<typeof open>) {
  const end = await hub();
  await vi.waitFor(() => expect(end.frames).toHaveLength(1));
  end.ws.send(LINK_OPEN);
  await socket.heard('socket.ready');
  return end;
}

describe('a device socket', () => {
  test('PROTO-60 goes where the registration said, with its name, and its token in a header only', async () => {
    const socket = open(true);
    const { request } = await hub();
    const asked = new URL(request.url ?? '', 'ws://hub');
    expect(asked.pathname).toBe('/v1/ws');
    expect(Object.fromEntries(asked.searchParams)).toEqual({
      key: 'kept',
      deviceId: 'device-1',
      connectionName: 'my laptop',
    });
    expect(request.headers.authorization).toBe('Bearer very-secret-token');
    socket.leave();
  });

  test('PROTO-61 opens a numbered link by the first frame, and is ready when the hub has answered', async () => {
    const socket = open(true);
    const end = await hub();
    await vi.waitFor(() => expect(end.frames).toEqual([{ type: 'link_open', epoch: 'e', received: 0 }]));
    expect([socket.said, socket.uplink.calls]).toEqual([[], []]);
    end.ws.send(LINK_OPEN);
    expect(await socket.heard('socket.ready')).toEqual({ type: 'socket.ready', resumed: true });
    expect(socket.uplink.calls).toEqual(['attach true link_open']);
  });

  test('PROTO-61 frames before the answer are not taken', async () => {
    const socket = open(true);
    const end = await hub();
    end.ws.send('{"type":"input","n":1}');
    end.ws.send(LINK_OPEN);
    end.ws.send('{"type":"sync","n":2}');
    await vi.waitFor(() => expect(socket.uplink.received).toEqual([{ type: 'sync', n: 2 }]));
  });

  test('PROTO-61 says whether the hub knows what went before', async () => {
    const socket = open(true);
    socket.uplink.resumed = false;
    await ready(socket);
    expect(socket.said).toEqual([{ type: 'socket.ready', resumed: false }]);
  });

  test('PROTO-62 to a hub without a link is one socket for everything, ready at once', async () => {
    const socket = open(false);
    const end = await hub();
    await socket.heard('socket.ready');
    expect(socket.uplink.calls).toEqual(['attach false none']);
    end.ws.send('{"type":"sync"}');
    await vi.waitFor(() => expect(socket.uplink.received).toEqual([{ type: 'sync' }]));
    socket.uplink.write?.('{"type":"hello"}');
    await vi.waitFor(() => expect(end.frames).toEqual([{ type: 'hello' }]));
  });

  test('what is written in one turn leaves together, in order, and says so before', async () => {
    const socket = open(true);
    const end = await ready(socket);
    let left = 0;
    const pieces: Buffer[] = [];
    end.tcp.on('data', (piece: Buffer) => pieces.push(piece));
    socket.uplink.onLeaving = () => {
      left += 1;
      expect(pieces).toEqual([]);
    };
    for (const n of [1, 2, 3]) socket.uplink.write?.(`{"type":"said","n":${n}}`);
    expect(left).toBe(0);
    await vi.waitFor(() => expect(end.frames.slice(1).map(({ n }) => n)).toEqual([1, 2, 3]));
    expect([left, pieces.length]).toEqual([1, 1]);
  });

  test('PROTO-63 sends a ping when told, and tells of the answer', async () => {
    const socket = open(true);
    const end = await ready(socket);
    socket.tell({ type: 'socket.ping' });
    await vi.waitFor(() => expect(end.frames.at(-1)).toEqual({ type: 'ping' }));
    end.ws.send('{"type":"pong"}');
    await socket.heard('socket.heard');
    expect(socket.uplink.received).toEqual([]);
  });

  test('a ping before it is open goes nowhere', async () => {
    const socket = open(true);
    socket.tell({ type: 'socket.ping' });
    const end = await ready(socket);
    expect(end.frames).toHaveLength(1);
  });

  test('PROTO-64 garbage harms nothing', async () => {
    const socket = open(true);
    const end = await ready(socket);
    for (const text of ['', 'hello', '[]', 'null', '7', '{"type":7}', '{}', '{"type":']) end.ws.send(text);
    end.ws.send(Buffer.from([0xff, 0xfe, 0x00]));
    end.ws.send('{"type":"sync"}');
    await vi.waitFor(() => expect(socket.uplink.received).toEqual([{ type: 'sync' }]));
    expect(socket.said).toHaveLength(1);
  });
});

describe('a device socket ends', () => {
  test.each([
    [1008, 'Unknown environment'],
    [1000, 'Replaced by new connection'],
    [1012, ''],
  ])('PROTO-65 with what the hub closed it with (%i %s), told once', async (code, reason) => {
    const socket = open(true);
    const end = await ready(socket);
    end.ws.close(code, reason);
    expect(await socket.heard('socket.closed')).toEqual({ type: 'socket.closed', code, reason });
    await vi.waitFor(() => expect(end.ws.readyState).toBe(end.ws.CLOSED));
    expect(socket.said).toHaveLength(2);
    expect(socket.uplink.calls).toEqual(['attach true link_open', 'detach']);
  });

  test('PROTO-65 as an outage when the connection breaks', async () => {
    const socket = open(true);
    const end = await ready(socket);
    end.tcp.resetAndDestroy();
    expect(await socket.heard('socket.closed')).toMatchObject({ code: 1006 });
    expect(socket.uplink.calls.at(-1)).toBe('detach');
  });

  test('PROTO-65 as an outage when the hub breaks the rules of its frames', async () => {
    const socket = open(true);
    const end = await ready(socket);
    end.tcp.write(Buffer.from([0xff, 0xff, 0xff, 0xff]));
    expect(await socket.heard('socket.closed')).toMatchObject({ code: 1006 });
  });

  test.each([401, 404, 503])('PROTO-66 as an outage when the upgrade is refused with %i', async (status) => {
    refuseWith = status;
    const socket = open(true);
    const reason = status === 401 ? 'does not know the token' : `HTTP ${status}`;
    expect(await socket.heard('socket.closed')).toEqual({
      ...{ type: 'socket.closed', code: 1006 },
      reason: expect.stringContaining(reason),
    });
    expect(socket.uplink.calls).toEqual([]);
  });

  test('PROTO-66 as an outage when nobody is there', async () => {
    server.close();
    await once(server, 'close');
    const closed = await open(true).heard('socket.closed');
    expect(closed).toMatchObject({ code: 1006, reason: expect.stringContaining('ECONNREFUSED') });
  });

  test('PROTO-66 as an outage before the hub has answered, without a word to the link', async () => {
    const socket = open(true);
    const end = await hub();
    end.ws.close(1008, 'Unknown environment');
    expect(await socket.heard('socket.closed')).toMatchObject({ code: 1008 });
    expect(socket.uplink.calls).toEqual([]);
  });
});

/** What a hub says to take a socket (RFC 6455, 4.2.2). */
function acceptance(request: http.IncomingMessage): string {
  const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
  const accept = createHash('sha1').update(key).digest('base64');
  const lines = ['HTTP/1.1 101 Switching Protocols', 'upgrade: websocket', 'connection: upgrade'];
  return [...lines, `sec-websocket-accept: ${accept}`, '', ''].join('\r\n');
}

describe('a device socket that is left', () => {
  test('PROTO-67 closes, detaches its link and says no more', async () => {
    const socket = open(true);
    const end = await ready(socket);
    const closed = once(end.ws, 'close');
    socket.leave();
    const [code] = (await closed) as [number];
    expect(code).toBe(1000);
    expect(socket.uplink.calls.at(-1)).toBe('detach');
    expect(socket.said).toHaveLength(1);
  });

  test('PROTO-67 does not wait for a hub that never answers', async () => {
    const closed = new Promise((resolve) => {
      server.removeAllListeners('upgrade').on('upgrade', (request, tcp) => {
        tcp.write(acceptance(request));
        tcp.on('data', () => undefined).on('end', () => resolve(tcp.end()));
      });
    });
    const socket = open(false);
    await socket.heard('socket.ready');
    socket.leave();
    await closed;
    expect(socket.uplink.calls.at(-1)).toBe('detach');
  });

  test('PROTO-67 before it was open comes to nothing', async () => {
    const socket = open(true);
    socket.leave();
    await vi.waitFor(async () => {
      const count = await new Promise((resolve) => server.getConnections((_, n) => resolve(n)));
      expect(count).toBe(0);
    }, 5_000);
    expect([socket.said, socket.uplink.calls]).toEqual([[], []]);
  });
});

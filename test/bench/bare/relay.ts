/** The least that a relay can cost: what comes from one socket goes to the other as it is. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';

const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
let client: WebSocket | null = null;
const server = http.createServer();
server.on('upgrade', (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (ws) => {
    if (request.url === '/client') client = ws;
    else ws.on('message', (data) => client?.send(String(data)));
  }),
);
server.listen(0, '127.0.0.1', () =>
  process.stdout.write(`Ready. ${(server.address() as AddressInfo).port}\n`),
);

/**
 * The least that a turn can cost over the same sockets: client → hub → host by WebSocket, host → hub by HTTP,
 * the answer streamed back, host → hub → client by WebSocket. All in one process but the client, like
 * `signalbox server`. No validation, no states, no log, no recovery: only what must cross and what must be on disk.
 *
 *   node turn.ts FOLDER disk|memory
 */
import { spawn } from 'node:child_process';
import { fdatasync, openSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { WebSocket, WebSocketServer } from 'ws';

const [folder = '.', durability] = process.argv.slice(2);
const isDurable = durability === 'disk';

/** One transaction, and what resolves when it is on disk. */
function openStore(name: string): (text: string) => Promise<void> {
  if (!isDurable) return () => Promise.resolve();
  const path = join(folder, name);
  const db = new DatabaseSync(path);
  db.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)',
  );
  const wal = openSync(`${path}-wal`, 'r+');
  const insert = db.prepare('INSERT INTO t (text) VALUES (?)');
  return (text) => {
    insert.run(text);
    return new Promise((resolve, reject) => fdatasync(wal, (error) => (error ? reject(error) : resolve())));
  };
}

const keepAtHost = openStore('host.sqlite');
const keepAtHub = openStore('hub.sqlite');
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
let client: WebSocket | null = null;
let hubsHost: WebSocket | null = null;

const server = http.createServer((request, response) => {
  request.setEncoding('utf8');
  let body = '';
  request.on('data', (part) => {
    body += part;
  });
  request.on('end', () => {
    void keepAtHub(body).then(() => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.end(
        'data: {"message_type":"assistant_message","content":"Hello."}\n\ndata: {"message_type":"stop_reason"}\n\n',
      );
    });
  });
});
server.on('upgrade', (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, (ws) => {
    if (request.url === '/host') {
      hubsHost = ws;
      ws.on('message', (data) => client?.send(String(data)));
    } else {
      client = ws;
      ws.on('message', (data) => hubsHost?.send(String(data)));
    }
  }),
);
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  const agent = new http.Agent({ keepAlive: true });
  const host = new WebSocket(`ws://127.0.0.1:${port}/host`, { perMessageDeflate: false });
  const step = (text: string, say: (events: string[]) => void): void => {
    const request = http.request({ port, host: '127.0.0.1', method: 'POST', agent }, (response) => {
      response.setEncoding('utf8');
      let answer = '';
      response.on('data', (part) => {
        answer += part;
      });
      response.on('end', () => say(answer.split('\n\n').filter(Boolean)));
    });
    request.end(text);
  };
  host.on('message', (data) => {
    const text = String(data);
    // The host's sync runs beside the request; what is told waits for both.
    const kept = keepAtHost(text);
    const tell = (events: string[]): void => {
      void kept.then(() => {
        for (const event of events) host.send(event.slice('data: '.length));
      });
    };
    if (!text.includes('"tool"')) return step(text, tell);
    step(text, () => {
      const child = spawn('bash', ['-c', 'true'], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
      child.on('close', () => void keepAtHost('outcome').then(() => step(text, tell)));
    });
  });
  host.on('open', () => process.stdout.write(`Ready. ${port}\n`));
});

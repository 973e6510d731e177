import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createAdaptorServer } from '@hono/node-server';
import { Hono } from 'hono';
import { nanoid } from 'nanoid';
import winston from 'winston';
import { WebSocket, WebSocketServer } from 'ws';
import { createActor, createMachine } from 'xstate';
import { z } from 'zod';

const folder = process.argv[2] ?? '.';
for (const name of ['host', 'hub']) {
  const db = new DatabaseSync(join(folder, `${name}.sqlite`));
  db.exec(
    'PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY)',
  );
}
const log = winston.createLogger({ transports: [new winston.transports.Console({ silent: true })] });
createActor(createMachine({ initial: 'a', states: { a: {} } })).start();
z.object({ id: z.string() }).parse({ id: nanoid() });

const app = new Hono();
app.get('/healthz', (c) => c.json({ ok: true }));
const server = createAdaptorServer({ fetch: app.fetch });
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
server.on('upgrade', (request, socket, head) =>
  sockets.handleUpgrade(request, socket, head, () => undefined),
);
server.listen(0, '127.0.0.1', () => {
  const ws = new WebSocket(
    `ws://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}/`,
    { perMessageDeflate: false },
  );
  ws.on('open', () => {
    log.info('ready');
    process.stdout.write('Ready.\n');
  });
});
process.on('SIGTERM', () => process.exit(0));

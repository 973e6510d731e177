import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test } from 'vitest';
import { createClient } from '../../src/client/index.ts';
import { startHub } from '../../src/hub/index.ts';
import { damage } from '../support/damage.ts';
import { OWNER } from './relay/test-hub.ts';

test('STORE-3 a hub that finds damage says so to who asked for it, and serves the others', async () => {
  const home = mkdtempSync(join(tmpdir(), 'signalbox-damaged-'));
  const storePath = join(home, 'hub.sqlite');
  const start = () =>
    startHub({
      ...{ home, storePath, ownerToken: OWNER, env: {} },
      listen: { host: '127.0.0.1', port: 0 },
      log: { lifecycle: () => undefined },
    });
  const first = await start();
  const before = createClient({ url: first.url, token: OWNER });
  const agent = await before.agents.create({ name: 'tester' });
  const hurt = await before.conversations.create(agent.id);
  await first.close();
  const sql = new DatabaseSync(storePath);
  const { n } = sql.prepare('SELECT n FROM conversations WHERE key = ?').get(hurt.id) as { n: number };
  const insert = sql.prepare(
    `INSERT INTO messages (conversation, seq, id, kind, turn_id, at, body) VALUES (?, ?, ?, 'user_message', 't', 1, ?)`,
  );
  const body = JSON.stringify({ message_type: 'user_message', content: 'x'.repeat(2_000) });
  for (let seq = 1; seq <= 400; seq += 1) insert.run(n, seq, `message-${seq}`, body);
  sql.close();
  damage(storePath, 0.2, 0.8);

  const hub = await start();
  try {
    const client = createClient({ url: hub.url, token: OWNER });
    const page = client.messages.list(hurt.id, { limit: 1_000, order: 'asc' });
    await expect(page).rejects.toMatchObject({
      status: 507,
      code: 'store_corrupt',
      message: `${storePath}: the file is damaged; move it away or restore a copy`,
    });
    expect((await client.agents.list()).map(({ id }) => id)).toEqual([agent.id]);
    expect((await client.models.list()).length).toBeGreaterThan(0);
  } finally {
    await hub.close();
    rmSync(home, { recursive: true, force: true });
  }
});

import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { credentialsPath, LOCAL_HUB, readToken, writeToken } from '../../actors/credentials.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'signalbox-credentials-'));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('AUTH-1 tokens are kept by hub, readable by their owner alone', () => {
  const deep = join(home, 'not', 'there');
  expect(readToken(deep, LOCAL_HUB)).toEqual({ ok: true, token: null });
  expect(writeToken(deep, LOCAL_HUB, 'one')).toEqual({ ok: true });
  expect(writeToken(deep, 'https://hub.example/', 'two')).toEqual({ ok: true });
  expect(readToken(deep, LOCAL_HUB)).toEqual({ ok: true, token: 'one' });
  expect(readToken(deep, 'https://hub.example')).toEqual({ ok: true, token: 'two' });
  expect(statSync(credentialsPath(deep)).mode & 0o777).toBe(0o600);
  expect(readdirSync(deep)).toEqual(['credentials.json']);
});

test('AUTH-1 a file that was readable to others is not after a write', () => {
  writeFileSync(credentialsPath(home), '{"hubs":{}}');
  chmodSync(credentialsPath(home), 0o644);
  writeToken(home, LOCAL_HUB, 'one');
  expect(statSync(credentialsPath(home)).mode & 0o777).toBe(0o600);
});

test('AUTH-1 what else is in the file stays', () => {
  writeFileSync(credentialsPath(home), '{"note":"mine","hubs":{"local":{"token":"old","name":"x"}}}');
  writeToken(home, 'http://other', 'new');
  const kept = JSON.parse(readFileSync(credentialsPath(home), 'utf8')) as object;
  expect(kept).toMatchObject({ note: 'mine', hubs: { local: { token: 'old', name: 'x' } } });
});

test.each(['no json with a secret-token', '[]', '{"hubs":null}', '{"hubs":{"local":{"token":7}}}', ''])(
  'AUTH-1 a damaged file (%j) is neither read nor overwritten, and its content not told',
  (content) => {
    writeFileSync(credentialsPath(home), content);
    const read = readToken(home, LOCAL_HUB);
    expect(read).toMatchObject({ ok: false, message: expect.stringContaining(credentialsPath(home)) });
    expect(JSON.stringify(read)).not.toContain('secret-token');
    expect(writeToken(home, LOCAL_HUB, 'x')).toMatchObject({ ok: false });
    expect(readFileSync(credentialsPath(home), 'utf8')).toBe(content);
  },
);

test('AUTH-1 a place that cannot be written is an answer, not a crash', () => {
  mkdirSync(credentialsPath(home));
  expect(readToken(home, LOCAL_HUB)).toMatchObject({ ok: false });
  expect(writeToken(home, LOCAL_HUB, 'x')).toMatchObject({ ok: false });
});

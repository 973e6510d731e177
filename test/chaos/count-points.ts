/**
 * To be loaded before a program: `NODE_OPTIONS="--import <this file>" CRASH_POINTS=<path>`. The program then counts its
 * crash points and can be made to end, or to stand still, at any of them: see house/crash-point.ts.
 *
 * A crash point is what stands just before one thing that outlives the process: a commit, the start of a process, bytes
 * that leave by a socket. Whatever else a process does between two of them dies with it, so these are all the ways in
 * which its end can look from outside.
 */
import childProcess from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { Socket } from 'node:net';
import { DatabaseSync } from 'node:sqlite';
import type { Armed } from './house/crash-point.ts';

type Loose = Record<string, (...args: unknown[]) => unknown>;

const path = process.env.CRASH_POINTS;
let id: string | null = null;
let count = 0;

function pass(kind: string, about: () => string): void {
  if (!path || !existsSync(`${path}.armed`)) return;
  const armed = JSON.parse(readFileSync(`${path}.armed`, 'utf8')) as Armed;
  if (armed.id !== id) count = 0;
  id = armed.id;
  appendFileSync(`${path}.passed`, `${kind} ${about()}\n`);
  if (count === armed.at) process.kill(process.pid, armed.signal);
  count += 1;
}

/** Calls `before` first, whenever the method is called. */
function ahead(owner: object, name: string, before: (self: object, args: unknown[]) => void): void {
  const methods = owner as Loose;
  const method = methods[name] as Loose[string];
  methods[name] = function (this: object, ...args) {
    before(this, args);
    return method.apply(this, args);
  };
}

const prepare = DatabaseSync.prototype.prepare;
DatabaseSync.prototype.prepare = function (text, ...rest) {
  const statement = prepare.call(this, text, ...rest);
  if (text === 'COMMIT')
    ahead(statement, 'run', () => pass('commit', () => this.location()?.replace(/.*\//, '') ?? ''));
  return statement;
};

ahead(childProcess, 'spawn', (_, [file]) => pass('spawn', () => String(file).replace(/.*\//, '')));
syncBuiltinESMExports();

ahead(Socket.prototype, '_writeGeneric', (self, [isMany, data]) => {
  const { connecting, _handle } = self as Socket & { _handle: object | null };
  // While it connects it only remembers; pipes lead to nobody outside.
  if (connecting || _handle?.constructor.name !== 'TCP') return;
  pass('write', () => told(isMany ? (data as { chunk: unknown }[]).map(({ chunk }) => chunk) : [data]));
});

/** What a write says, in a few words for people. */
function told(chunks: unknown[]): string {
  const bytes = Buffer.concat(chunks.map((chunk) => Buffer.from(chunk as string)));
  const text = unmasked(bytes).toString('latin1');
  const request = /^(?:(?:GET|POST|PATCH|PUT|DELETE) \S+|HTTP\/1.1 \d+)/.exec(text)?.[0];
  if (request) return request;
  const types = [...text.matchAll(/"(?:type|message_type)":"(\w+)"/g)].map(([, type]) => type);
  return types.length > 0 ? types.join(' ') : text.slice(0, 60).replaceAll(/[^ -~]+/g, ' ');
}

/** What a program sends to a server by WebSocket is masked (RFC 6455, 5.3); of several frames only the first is read. */
function unmasked(bytes: Buffer): Buffer {
  if (bytes[0] !== 0x81 || ((bytes[1] ?? 0) & 0x80) === 0) return bytes;
  const size = (bytes[1] ?? 0) & 0x7f;
  const at = size === 126 ? 4 : size === 127 ? 10 : 2;
  return Buffer.from(bytes.subarray(at + 4).map((byte, index) => byte ^ (bytes[at + (index % 4)] ?? 0)));
}

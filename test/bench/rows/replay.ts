import { once } from 'node:events';
import { createReadStream, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { readRecording } from '../../../src/replay/read-recording.ts';
import { SessionReplay } from '../../../src/replay/session-replay.ts';
import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { BenchClient } from '../support/bench-client.ts';
import { type BenchHome, inHome } from '../support/bench-home.ts';
import { inTurn } from '../support/in-turn.ts';
import { environmentId, newRuntime } from '../support/rest.ts';

const LINES = 20_000;
const CONVERSATIONS = 4;
/** A turn as an agent has it: it thinks, reads, and answers in some sentences. */
const TURN = [
  '#script',
  'think The question is about the readme, so that is what has to be looked at first.',
  'say I will look at it.',
  'call Read {"file_path":"package.json"}',
  '---',
  `say ${'It says what the package is called and how it is built. '.repeat(12)}`,
].join('\n');

/** The log of a host with some conversations, run through the machines again. */
export async function replay({ entry, say }: BenchContext): Promise<Line[]> {
  return inHome(entry, async (home) => {
    say(`recording ${LINES} lines`);
    const file = await record(home);
    const lines = await read(file);
    say(`replaying ${lines} lines`);
    const { ours, least } = await inTurn(
      { ours: () => rate(() => replayed(file)), least: () => rate(() => read(file)) },
      { blocks: 8, inBlock: 1, warmUp: 2 },
    );
    const target = { least: 50_000 };
    const note = `${lines} lines of ${CONVERSATIONS} conversations with tools; the limit reads them as JSON`;
    return [{ work: 'replay', unit: '/s', ours: statsOf(ours), bare: statsOf(least), target, note }];
  });
}

async function record(home: BenchHome): Promise<string> {
  writeFileSync(
    join(home.project, 'package.json'),
    JSON.stringify({ name: 'bench', scripts: { build: 'make' } }, null, 2),
  );
  const server = await home.server(['--mode', 'unrestricted']);
  const environment = await environmentId(home.url);
  const talks = [];
  for (let n = 0; n < CONVERSATIONS; n += 1) {
    const client = await BenchClient.open(home.url, environment);
    const runtime = await newRuntime(home.url);
    await client.follow(runtime);
    talks.push({ client, runtime });
  }
  const dir = join(home.home, 'logs', 'remote');
  const [name = ''] = readdirSync(dir);
  const file = join(dir, name);
  while ((await read(file)) < LINES)
    for (let turn = 0; turn < 10; turn += 1)
      for (const { client, runtime } of talks) await client.turn(runtime, TURN, 2);
  for (const { client } of talks) client.close();
  await server.stop('SIGTERM');
  return file;
}

/** The least that a program can do with the lines; their number. */
async function read(file: string): Promise<number> {
  let lines = 0;
  const reader = createInterface({ input: createReadStream(file) });
  reader.on('line', (line) => {
    JSON.parse(line.slice(line.indexOf('{')));
    lines += 1;
  });
  await once(reader, 'close');
  return lines;
}

async function replayed(file: string): Promise<number> {
  const session = new SessionReplay();
  for await (const line of readRecording(file)) session.push(line);
  const { ok, lines, divergence } = session.result();
  if (!ok) throw new Error(`the replay is not equal: ${divergence?.reason}`);
  return lines;
}

/** Lines a second. */
async function rate(work: () => Promise<number>): Promise<number> {
  const began = performance.now();
  const lines = await work();
  return (lines / (performance.now() - began)) * 1000;
}

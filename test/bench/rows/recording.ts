import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turnOfLoop } from 'node:timers/promises';
import { createActor, emit, fromCallback, sendTo, setup } from 'xstate';
import { recordRoot } from '../../../src/log/recorder.ts';
import { openSessionLog, type SessionLog } from '../../../src/log/session-log.ts';
import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { inHome } from '../support/bench-home.ts';
import { inTurn } from '../support/in-turn.ts';

const CHUNKS = 10_000;
/** Events within one turn of the event loop, as they come from a model that streams. */
const IN_TURN = 8;
/** A chunk comes in, a delta goes to the outside, a fact is told. */
const LINES_A_CHUNK = 3;

const delta = { id: 'message-0123456789', message_type: 'assistant_message', content: 'word ', seq_id: 7 };

/** A conversation as far as recording it is concerned: what comes from an effect goes on to another. */
const machine = setup({
  types: {
    events: {} as { type: 'step.chunks'; seq: number; chunks: (typeof delta)[] },
    emitted: {} as { type: 'chunk.seen'; seq: number },
  },
  actors: { model: fromCallback(() => undefined), outbox: fromCallback(() => undefined) },
}).createMachine({
  id: 'bench',
  invoke: [
    { id: 'model', src: 'model' },
    { id: 'outbox', src: 'outbox' },
  ],
  on: {
    'step.chunks': {
      actions: [
        sendTo('outbox', ({ event }) => ({ type: 'outbox.chunks', chunks: event.chunks })),
        emit(({ event }) => ({ type: 'chunk.seen' as const, seq: event.seq })),
      ],
    },
  },
});

/** What recording adds to an event, from the event to the file. */
export async function recording({ entry }: BenchContext): Promise<Line[]> {
  return inHome(entry, async (home) => {
    const log = openSessionLog({
      dir: join(home.root, 'logs'),
      segmentBytes: Number.POSITIVE_INFINITY,
      meta: { program: 'bench', versions: {} },
    });
    const fd = openSync(join(home.root, 'bare'), 'a');
    const { recorded, alone, least } = await inTurn(
      { recorded: () => run(log), alone: () => run(undefined), least: () => write(fd) },
      { blocks: 20, inBlock: 1, warmUp: 5 },
    );
    log.close();
    closeSync(fd);
    const added = recorded.map((micros, index) => micros - (alone[index] ?? 0));
    const note =
      'what is recorded, less the same events without it; the limit only writes lines of that length';
    const ours = statsOf(added);
    return [
      { work: 'recording an event', unit: 'µs', ours, bare: statsOf(least), target: { most: 5 }, note },
    ];
  });
}

/** Microseconds a line. */
async function run(log: SessionLog | undefined): Promise<number> {
  const recorder = log && recordRoot(log, { root: 'bench', labelOf: () => 'model' });
  const actor = createActor(machine, recorder && { inspect: recorder.inspect, clock: recorder.clock });
  actor.start();
  const micros = await timed((seq) => actor.send({ type: 'step.chunks', seq, chunks: [delta] }));
  actor.stop();
  return micros;
}

function write(fd: number): Promise<number> {
  const line = `[12:00:00.000] → out (actor) ${JSON.stringify({ root: 'bench', path: 'outbox', event: { type: 'outbox.chunks', chunks: [delta] } })}\n`;
  let text = '';
  return timed((seq) => {
    text += line.repeat(LINES_A_CHUNK);
    if (seq % IN_TURN !== 0) return;
    writeSync(fd, text);
    text = '';
  });
}

async function timed(chunk: (seq: number) => void): Promise<number> {
  let spent = 0;
  for (let seq = 1; seq <= CHUNKS; ) {
    const began = performance.now();
    for (const end = seq + IN_TURN; seq < end; seq += 1) chunk(seq);
    // The lines of a turn are written when it ends, which belongs to their cost.
    await turnOfLoop();
    spent += performance.now() - began;
  }
  return (spent * 1000) / (CHUNKS * LINES_A_CHUNK);
}

import { existsSync } from 'node:fs';
import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { openBareCommit } from '../support/bare-commit.ts';
import { BenchClient } from '../support/bench-client.ts';
import { type BenchHome, inHome } from '../support/bench-home.ts';
import { blockMedians } from '../support/block-medians.ts';
import { inTurn } from '../support/in-turn.ts';
import { environmentId, newRuntime } from '../support/rest.ts';

const MESSAGE = '#script\nsay Hello.';
/** Files here are in memory: whoever syncs them waits for nothing. */
const MEMORY = '/dev/shm';
const BLOCKS = 30;
const IN_BLOCK = 10;

/** From the send of an input to its `input_accepted`, with the stores on disk and with the same stores in memory. */
export async function durability(context: BenchContext): Promise<Line[]> {
  const { entry } = context;
  if (!existsSync(MEMORY))
    throw new Error(`there is no ${MEMORY} here, so what the disk adds cannot be told apart`);
  return inHome(entry, (onDisk) => inHome(entry, (inMemory) => measure(context, onDisk, inMemory), MEMORY));
}

async function measure({ say }: BenchContext, onDisk: BenchHome, inMemory: BenchHome): Promise<Line[]> {
  const ofDisk = await acceptance(onDisk);
  const ofMemory = await acceptance(inMemory);
  const store = openBareCommit(onDisk.root);
  try {
    say('inputs');
    const values = await inTurn(
      { disk: () => ofDisk.one(), memory: () => ofMemory.one(), bare: () => store.commit() },
      { blocks: BLOCKS, inBlock: IN_BLOCK, warmUp: 200 },
    );
    const disk = blockMedians(values.disk, IN_BLOCK);
    const memory = blockMedians(values.memory, IN_BLOCK);
    // Each block beside its neighbour, so that a busy moment of the machine falls on both.
    const added = disk.map((median, block) => median - (memory[block] ?? median));
    return [
      { work: 'input accepted, on disk', unit: 'ms', ours: statsOf(values.disk) },
      { work: 'the same with stores in memory', unit: 'ms', ours: statsOf(values.memory) },
      {
        work: 'durability of an accepted input',
        unit: 'ms',
        ours: statsOf(added),
        bare: statsOf(values.bare),
        note: 'the difference of the two lines above, beside one commit and one fdatasync',
      },
    ];
  } finally {
    store.close();
    ofDisk.close();
    ofMemory.close();
  }
}

async function acceptance(home: BenchHome): Promise<{ one(): Promise<number>; close(): void }> {
  await home.server();
  const client = await BenchClient.open(home.url, await environmentId(home.url));
  const runtime = await newRuntime(home.url);
  await client.follow(runtime);
  return { one: () => client.accepted(runtime, MESSAGE), close: () => client.close() };
}

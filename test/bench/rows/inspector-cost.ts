import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { AttachedReader } from '../support/attached-reader.ts';
import { BenchClient } from '../support/bench-client.ts';
import { inHome } from '../support/bench-home.ts';
import { cpuMs } from '../support/cpu-time.ts';
import { environmentId, newRuntime } from '../support/rest.ts';

const BLOCKS = 12;
const IN_BLOCK = 80;
const WARM_UP = 500;
const MESSAGE = '#script\nsay Hello.';

/** A plain turn while an inspector reads the session live, beside the same turn of the same server without one. */
export async function inspectorCost({ entry, say }: BenchContext): Promise<Line[]> {
  return inHome(entry, async (home) => {
    const server = await home.server(['--inspect']);
    const [address = ''] = await server.says(/http:\S+#\S+/);
    const reader = await AttachedReader.of(address, home);
    const client = await BenchClient.open(home.url, await environmentId(home.url));
    const runtime = await newRuntime(home.url);
    await client.follow(runtime);
    const turns: Record<'watched' | 'alone', number[]> = { watched: [], alone: [] };
    const block = async (kind: keyof typeof turns) => {
      if (kind === 'watched') await reader.attach();
      else await reader.detach();
      const before = cpuMs(server.child.pid ?? 0);
      const times: number[] = [];
      while (times.length < IN_BLOCK) times.push(await client.turn(runtime, MESSAGE));
      turns[kind].push(...times);
      return { wall: statsOf(times).median, cpu: (cpuMs(server.child.pid ?? 0) - before) / IN_BLOCK };
    };
    for (let turn = 0; turn < WARM_UP; turn += 1) await client.turn(runtime, MESSAGE);
    say('turns');
    // Each block beside its neighbour, so that a busy moment of the machine falls on both.
    const ratios = { wall: [] as number[], cpu: [] as number[] };
    for (let at = 0; at < BLOCKS; at += 1) {
      const [watched, alone] = [await block('watched'), await block('alone')];
      ratios.wall.push(watched.wall / alone.wall);
      ratios.cpu.push(watched.cpu / alone.cpu);
    }
    await reader.detach();
    client.close();
    return [
      {
        work: 'plain turn with an inspector',
        unit: 'ms',
        ours: statsOf(turns.watched),
        bare: statsOf(turns.alone),
        note: 'beside the turn without one, which is its limit; what a browser draws is its own work',
      },
      {
        work: 'an inspector: turn by turn without',
        unit: '×',
        ours: statsOf(ratios.wall),
        target: { most: 1.1 },
      },
      {
        work: 'an inspector: processor time of the server',
        unit: '×',
        ours: statsOf(ratios.cpu),
        target: { most: 1.1 },
        note: 'tells the cost also on a machine that is busy with other work',
      },
    ];
  });
}

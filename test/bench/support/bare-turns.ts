import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import type { BenchHome } from './bench-home.ts';

const SCRIPT = fileURLToPath(new URL('../bare/turn.ts', import.meta.url));

export interface BareTurns {
  /** One turn from the send to its stop here, in milliseconds. */
  turn(kind?: 'plain' | 'tool'): Promise<number>;
  stop(): Promise<void>;
}

/** The limit for a turn (`bare/turn.ts`), with its files in a folder of `home`. */
export async function startBareTurns(home: BenchHome, durability: 'disk' | 'memory'): Promise<BareTurns> {
  const folder = join(home.root, `bare-${durability}`);
  mkdirSync(folder);
  const process = home.run(SCRIPT, [folder, durability]);
  const [, port] = await process.says(/^Ready\. (\d+)$/m);
  const ws = new WebSocket(`ws://127.0.0.1:${port}/client`, { perMessageDeflate: false });
  let stopped: ((at: number) => void) | null = null;
  ws.on('message', (data) => {
    if (String(data).includes('"message_type":"stop_reason"')) stopped?.(performance.now());
  });
  await once(ws, 'open');
  return {
    async turn(kind = 'plain') {
      const done = new Promise<number>((resolve) => {
        stopped = resolve;
      });
      const before = performance.now();
      ws.send(JSON.stringify({ type: 'input', kind, content: 'Hello.' }));
      return (await done) - before;
    },
    async stop() {
      ws.terminate();
      await process.stop();
    },
  };
}

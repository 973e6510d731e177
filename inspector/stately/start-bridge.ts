import { once } from 'node:events';
import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Bridge } from './serve-bridge.ts';

export interface RunningBridge {
  /** Opens Stately's inspector; the key is in its fragment, which no server and no log gets to see. */
  url: string;
  close(): Promise<void>;
}

/** In megabytes. More is in nobody's way but its own. */
const MOST_MEMORY = 512;

/**
 * Lets Stately's inspector follow the session that writes `log`, from a thread of its own: what is slow there, or fails,
 * or grows, hurts no actor. `onEnd` is told when it fails. Rejects when it cannot begin.
 */
export async function startBridge(log: string, onEnd: (reason: string) => void): Promise<RunningBridge> {
  const worker = new Worker(new URL(`worker${extname(import.meta.url)}`, import.meta.url), {
    workerData: { log },
    resourceLimits: { maxOldGenerationSizeMb: MOST_MEMORY },
  });
  const [{ port, key }] = (await once(worker, 'message')) as [Pick<Bridge, 'port' | 'key'>];
  worker.on('error', (error) => onEnd(error.message));
  worker.unref();
  return {
    url: `http://127.0.0.1:${port}/#${key}`,
    async close() {
      await worker.terminate();
    },
  };
}

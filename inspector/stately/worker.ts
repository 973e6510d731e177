/** The thread that serves Stately's inspector; see `start-bridge.ts`. It ends with the thread. */
import { parentPort, workerData } from 'node:worker_threads';
import { serveBridge } from './serve-bridge.ts';

const { log } = workerData as { log: string };
// The machines are loaded for whoever listens.
const loadTeller = async () => {
  const { ReceiverTeller } = await import('./tell-receivers.ts');
  return new ReceiverTeller(log);
};
let teller: ReturnType<typeof loadTeller> | undefined;
const { port, key } = await serveBridge(async (socket) => {
  teller ??= loadTeller();
  (await teller).add(socket);
});
parentPort?.postMessage({ port, key });

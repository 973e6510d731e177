import type { Duplex } from 'node:stream';

/**
 * Lets what is written to `socket` within one turn of the event loop leave in one system call, and never later than
 * that turn. The function that it returns is to be called before each write; `leaving` is called once before they leave.
 */
export function createTickCork(socket: Duplex, leaving?: () => void): () => void {
  let isCorked = false;
  const uncork = (): void => {
    isCorked = false;
    leaving?.();
    socket.uncork();
  };
  return () => {
    if (isCorked) return;
    isCorked = true;
    socket.cork();
    process.nextTick(uncork);
  };
}

import type { HubLog } from '../ports.ts';

/**
 * Runs what no caller waits for. A disk that refuses, or a bug of ours, ends this piece of work and is logged;
 * the hub goes on serving the others.
 */
export function guard(log: HubLog, what: string, work: () => void | Promise<void>): void {
  const report = (error: unknown): void =>
    log.lifecycle('failed', { what, error: error instanceof Error ? error.message : String(error) });
  try {
    const done = work();
    if (done) done.catch(report);
  } catch (error) {
    report(error);
  }
}

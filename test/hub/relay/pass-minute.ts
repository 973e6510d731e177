import { vi } from 'vitest';
import { runtime, type TestClient } from './test-client.ts';

/** Lets a minute pass on faked intervals, in steps in which the client can still show that it is there. */
export async function passMinute(client: TestClient): Promise<void> {
  for (let step = 0; step < 6; step += 1) {
    vi.advanceTimersByTime(10_000);
    await client.ask({ type: 'sync', runtime: runtime() });
  }
}

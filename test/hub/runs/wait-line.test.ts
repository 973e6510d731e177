import { describe, expect, test } from 'vitest';
import { Locks } from '../../../src/hub/runs/locks.ts';
import type { Attempt } from '../../../src/hub/runs/outcome.ts';
import { WaitLine } from '../../../src/hub/runs/wait-line.ts';

const waiting = { kind: 'waiting', environment: 'env-1', runId: 'run-1' } as const;
const reading = (runId: string): Attempt => ({ kind: 'reading', reading: { runId, live: null, texts: [] } });

describe('the line of those who wait for a turn', () => {
  test('lets each go as soon as it may, in the order they came', async () => {
    const line = new WaitLine(60_000);
    let free = 0;
    const went: string[] = [];
    const join = (name: string) =>
      line.add('c', waiting, async () => {
        if (free === 0) return waiting;
        free -= 1;
        went.push(name);
        return reading(name);
      });
    const [a, b, c] = [join('a'), join('b'), join('c')];
    expect(line.has('c')).toBe(true);
    free = 2;
    line.wake('c');
    await Promise.all([a.outcome, b.outcome]);
    expect(went).toEqual(['a', 'b']);
    free = 1;
    line.wake('c');
    expect(await c.outcome).toMatchObject({ reading: { runId: 'c' } });
    expect(line.has('c')).toBe(false);
  });

  test('tries again at once: the turn may have become free on the way in', async () => {
    const line = new WaitLine(60_000);
    expect(await line.add('c', waiting, async () => reading('x')).outcome).toMatchObject({ kind: 'reading' });
  });

  test('tells a try that nobody waits for it any more', async () => {
    const line = new WaitLine(60_000);
    const gone: boolean[] = [];
    let reached = (): void => {};
    const trying = new Promise<void>((resolve) => {
      reached = resolve;
    });
    let go = (): void => {};
    const ticket = line.add('c', waiting, async (isGone) => {
      reached();
      await new Promise<void>((resolve) => {
        go = resolve;
      });
      gone.push(isGone());
      return waiting;
    });
    await trying;
    ticket.drop();
    go();
    expect(await ticket.outcome).toMatchObject({ problem: { error: 'withdrawn' } });
    await expect.poll(() => gone).toEqual([true]);
    expect(line.has('c')).toBe(false);
  });

  test('tells whoever waited too long which run is in the way, as it is then', async () => {
    const line = new WaitLine(20);
    const ticket = line.add('c', waiting, async () => ({ ...waiting, runId: 'run-2' }));
    expect(await ticket.outcome).toMatchObject({
      problem: {
        status: 409,
        error: 'conversation_busy',
        message: expect.stringMatching(/is currently being processed.* run_id=run-2$/),
      },
    });
  });

  test('is told when the hub stops', async () => {
    const line = new WaitLine(60_000);
    const ticket = line.add('c', waiting, async () => waiting);
    line.close({ status: 503, error: 'hub_stopping', message: 'bye' });
    expect(await ticket.outcome).toMatchObject({ problem: { error: 'hub_stopping' } });
  });
});

describe('locks', () => {
  test('do one thing at a time for each key, in order, also after one that failed', async () => {
    const locks = new Locks();
    const order: string[] = [];
    let open = (): void => {};
    const first = locks.run('a', async () => {
      await new Promise<void>((resolve) => {
        open = resolve;
      });
      order.push('first');
      throw new Error('no');
    });
    const second = locks.run('a', async () => order.push('second'));
    await locks.run('b', async () => order.push('other'));
    open();
    await expect(first).rejects.toThrow('no');
    await second;
    await locks.idle();
    expect(order).toEqual(['other', 'first', 'second']);
  });
});

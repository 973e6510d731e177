import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Database } from '../../actors/sqlite/database.ts';
import { createGate } from '../../src/host/gate.ts';
import { HUB, SCOPE, submission } from './support/samples.ts';
import { openStore } from './support/temp-store.ts';

/** A disk that syncs when it is told to, or refuses. */
class FakeDisk {
  committed = 0;
  synced = 0;
  #waiting: { upTo: number; done: () => void; refuse: (error: Error) => void }[] = [];

  barrier(): Promise<void> {
    if (this.synced >= this.committed) return Promise.resolve();
    const upTo = this.committed;
    return new Promise((done, refuse) => this.#waiting.push({ upTo, done, refuse }));
  }
  async sync(): Promise<void> {
    for (const { upTo, done } of this.#waiting.splice(0)) {
      this.synced = Math.max(this.synced, upTo);
      done();
    }
    await settle();
  }
  async fail(): Promise<void> {
    for (const { refuse } of this.#waiting.splice(0)) refuse(new Error('EIO'));
    await settle();
  }
}

/** Everything that only waits for promises has run. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve));

function gateOn(disk = new FakeDisk()) {
  const passed: string[] = [];
  const faults: unknown[] = [];
  const gate = createGate(disk as unknown as Database, (error) => faults.push(error));
  return { disk, passed, faults, gate, pass: (name: string) => gate.pass(() => passed.push(name)) };
}

describe('the gate', () => {
  test('HOST-30 lets an announcement pass at once when all is on disk', () => {
    const { passed, pass } = gateOn();
    pass('a');
    expect(passed).toEqual(['a']);
  });

  test('HOST-30 holds an announcement until the commits before it are on disk', async () => {
    const { disk, passed, pass } = gateOn();
    disk.committed = 1;
    pass('a');
    await settle();
    expect(passed).toEqual([]);
    await disk.sync();
    expect(passed).toEqual(['a']);
  });

  test('HOST-30 does not hold it for commits after it', async () => {
    const { disk, passed, pass } = gateOn();
    disk.committed = 1;
    pass('rests on 1');
    disk.committed = 2;
    pass('rests on 2');
    await disk.sync();
    expect(passed).toEqual(['rests on 1']);
    await disk.sync();
    expect(passed).toEqual(['rests on 1', 'rests on 2']);
  });

  test('HOST-31 keeps the order, also of what could pass at once', async () => {
    const { disk, passed, pass } = gateOn();
    disk.committed = 1;
    pass('first');
    // On disk by the barrier of somebody else; what waits still goes first.
    disk.synced = 1;
    pass('second');
    expect(passed).toEqual([]);
    await disk.sync();
    pass('third');
    expect(passed).toEqual(['first', 'second', 'third']);
  });

  test('HOST-31 keeps the order of what an announcement announces', async () => {
    const { disk, passed, gate, pass } = gateOn();
    disk.committed = 1;
    gate.pass(() => {
      passed.push('outer');
      pass('inner');
    });
    pass('next');
    await disk.sync();
    expect(passed).toEqual(['outer', 'next', 'inner']);
  });

  test('HOST-32 lets nothing pass that a disk did not keep, and says so once', async () => {
    const { disk, passed, faults, pass } = gateOn();
    disk.committed = 1;
    pass('a');
    await disk.fail();
    disk.committed = 2;
    pass('b');
    await disk.sync();
    expect([passed, faults]).toEqual([[], [new Error('EIO')]]);
  });

  test('is idle when everything that waited has passed', async () => {
    const { disk, passed, gate, pass } = gateOn();
    await gate.idle();
    disk.committed = 1;
    pass('a');
    disk.committed = 2;
    pass('b');
    let isIdle = false;
    const idle = gate.idle().then(() => {
      isIdle = true;
    });
    await disk.sync();
    expect(isIdle).toBe(false);
    await disk.sync();
    await idle;
    expect(passed).toEqual(['a', 'b']);
  });

  test('is idle in the end when the disk refuses', async () => {
    const { disk, gate, pass } = gateOn();
    disk.committed = 1;
    pass('a');
    await disk.fail();
    await gate.idle();
  });

  test('HOST-30 HOST-31 hold for any order of commits, announcements and syncs', async () => {
    const steps = fc.array(fc.constantFrom('commit', 'announce', 'announce', 'sync'), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, async (order) => {
        const { disk, gate } = gateOn();
        const passed: number[] = [];
        let said = 0;
        for (const step of order) {
          if (step === 'commit') disk.committed += 1;
          else if (step === 'sync') await disk.sync();
          else {
            const n = said++;
            const restsOn = disk.committed;
            gate.pass(() => {
              expect(disk.synced).toBeGreaterThanOrEqual(restsOn);
              passed.push(n);
            });
          }
        }
        while (disk.synced < disk.committed && passed.length < said) await disk.sync();
        await gate.idle();
        expect(passed).toEqual(Array.from({ length: said }, (_, i) => i));
      }),
    );
  });

  test('HOST-30 holds on a real disk', async () => {
    const { db, conversations, inputs } = openStore();
    const { id } = conversations.ensure(HUB, SCOPE);
    const gate = createGate(db, (error) => {
      throw error;
    });
    const passed: number[] = [];
    for (let i = 0; i < 50; i += 1) {
      db.transaction(() => inputs.accept(id, submission(`cm-${i}`), 'queued'));
      const restsOn = db.committed;
      gate.pass(() => {
        expect(db.synced).toBeGreaterThanOrEqual(restsOn);
        passed.push(i);
      });
    }
    expect(passed).toEqual([]);
    await gate.idle();
    expect(passed).toEqual(Array.from({ length: 50 }, (_, i) => i));
  });
});

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Steps } from '../../src/log/steps.ts';

const [a, b] = [{ name: 'a' }, { name: 'b' }];

describe('Steps', () => {
  it('LOG-18 a root is at rest when every event was answered by a snapshot', () => {
    const steps = new Steps();
    expect(steps.inside).toBe(false);
    steps.started(a);
    expect(steps.inside).toBe(true);
    steps.received(a);
    steps.settled(a);
    expect(steps.inside).toBe(true);
    steps.settled(a);
    expect(steps.inside).toBe(false);
  });

  it('LOG-18 what is sent before the start is taken up after it', () => {
    const steps = new Steps();
    steps.received(a);
    expect(steps.inside).toBe(false);
    steps.started(a);
    steps.settled(a);
    expect(steps.inside).toBe(true);
    steps.settled(a);
    expect(steps.inside).toBe(false);
  });

  it('LOG-18 a machine that ends owes nothing more, and what is sent to it later counts for nothing', () => {
    const steps = new Steps();
    steps.started(a);
    steps.settled(a);
    steps.started(b);
    steps.received(b);
    steps.received(b);
    steps.ended(b);
    expect(steps.inside).toBe(false);
    steps.received(b);
    steps.settled(b);
    steps.ended(b);
    expect(steps.inside).toBe(false);
  });

  it('LOG-18 whatever happens to a machine, its end leaves no trace', () => {
    const step = fc.constantFrom('received', 'settled', 'ended');
    fc.assert(
      fc.property(fc.array(step), fc.array(step), (before, after) => {
        const steps = new Steps();
        for (const call of [...before, 'started', ...after]) steps[call as 'received'](a);
        steps.ended(a);
        expect(steps.inside).toBe(false);
      }),
    );
  });
});

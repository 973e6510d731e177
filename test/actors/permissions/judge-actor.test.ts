import { describe, expect, it } from 'vitest';
import { createActor, toPromise } from 'xstate';
import { judgeActor } from '../../../actors/permissions/judge-actor.ts';
import type { JudgeInput } from '../../../machines/ports.ts';

const input: JudgeInput = {
  call: { id: 'call-run-1-1', name: 'Bash', arguments: '{}' },
  cwd: '/',
  mode: 'standard',
  rules: [],
};

describe('judgeActor', () => {
  it('hands its input to the judge and its verdict on', async () => {
    const seen: JudgeInput[] = [];
    const logic = judgeActor(async (asked) => {
      seen.push(asked);
      return { kind: 'deny', reason: 'no' };
    });
    const actor = createActor(logic, { input });
    actor.start();
    expect(await toPromise(actor)).toEqual({ kind: 'deny', reason: 'no' });
    expect(seen).toEqual([input]);
  });
});

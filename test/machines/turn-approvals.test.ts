import { describe, expect, test } from 'vitest';
import type { CallEffect, JsonObject } from '../../machines/ports.ts';
import { type House, type Judgement, openHouse, settle } from './house.ts';

const shell: CallEffect = { kind: 'anything' };
const writes = (file: string): CallEffect => ({ kind: 'writes', files: [file] });

/** A turn whose model has proposed the calls that are judged. */
async function proposed(judge: Record<string, Judgement>): Promise<House> {
  const house = openHouse({ judge });
  house.send('m1');
  await settle();
  house.propose(...Object.keys(judge));
  await settle();
  return house;
}

async function answer(
  house: House,
  id: string,
  behavior: 'allow' | 'deny',
  edited?: JsonObject,
): Promise<void> {
  house.decide(`perm-${id}`, behavior, edited ?? null);
  await settle();
}

async function end(house: House, id: string): Promise<void> {
  house.endTool(id);
  await settle();
}

describe('what runs beside what', () => {
  test('D21 two shell commands, and a shell command and a writer, run one after the other, in order', async () => {
    const house = await proposed({
      c1: { kind: 'allowed', effect: shell },
      c2: { kind: 'allowed', effect: shell },
      c3: { kind: 'allowed', effect: writes('/x') },
      c4: { kind: 'allowed' },
    });
    expect(house.runningTools()).toEqual(['c1', 'c4']);
    await end(house, 'c1');
    expect(house.runningTools()).toEqual(['c4', 'c2']);
    await end(house, 'c2');
    expect(house.runningTools()).toEqual(['c4', 'c3']);
    await end(house, 'c4');
    await end(house, 'c3');
    expect(house.models.last().input.step).toBe(2);
  });

  test('D21 writers of different files run beside each other, writers of one file do not', async () => {
    const house = await proposed({
      c1: { kind: 'allowed', effect: writes('/x') },
      c2: { kind: 'allowed', effect: writes('/y') },
      c3: { kind: 'allowed', effect: writes('/x') },
    });
    expect(house.runningTools()).toEqual(['c1', 'c2']);
    await end(house, 'c1');
    expect(house.runningTools()).toEqual(['c2', 'c3']);
  });

  test('CALL-15 what needs nobody does not wait for a person, unless an earlier call is in its way', async () => {
    const house = await proposed({
      c1: { kind: 'asking', effect: writes('/x') },
      c2: { kind: 'allowed', effect: writes('/x') },
      c3: { kind: 'allowed', effect: writes('/y') },
    });
    expect(house.runningTools()).toEqual(['c3']);
    await end(house, 'c3');
    expect(house.lines.at(-1)).toBe('LS WAITING_ON_APPROVAL');
    await answer(house, 'c1', 'deny');
    expect(house.runningTools()).toEqual(['c2']);
  });

  test('D21 arguments that were edited to touch what already runs wait for it', async () => {
    const house = await proposed({
      c1: { kind: 'asking', effect: writes('/x') },
      c2: { kind: 'allowed', effect: writes('/y') },
    });
    expect(house.runningTools()).toEqual(['c2']);
    house.store.effects.set('perm-c1', writes('/y'));
    await answer(house, 'c1', 'allow', { file: '/y' });
    expect(house.runningTools()).toEqual(['c2']);
    await end(house, 'c2');
    expect(house.runningTools()).toEqual(['c1']);
  });
});

describe('the answer to an approval', () => {
  const asking: Record<string, Judgement> = { c1: { kind: 'asking' } };

  test('CALL-16 edited arguments are what is written down, shown and run', async () => {
    const house = await proposed(asking);
    await answer(house, 'c1', 'allow', { command: 'ls -l' });
    expect(house.tool('c1').input).toEqual({
      callId: 'c1',
      name: 'Tool',
      args: { command: 'ls -l' },
      cwd: '/w',
      effect: { kind: 'anything' },
    });
    expect(house.store.written.find(({ op }) => op === 'recordIntent')).toMatchObject({
      args: { command: 'ls -l' },
    });
  });

  test('CALL-16 a comment comes before the result', async () => {
    const house = await proposed(asking);
    house.actor.send({
      type: 'answer.given',
      requestId: 'a',
      answer: {
        approvalId: 'perm-c1',
        decision: { behavior: 'allow', message: 'be quick', updatedInput: null, suggestions: [] },
        by: null,
        at: '',
      },
    });
    await settle();
    await end(house, 'c1');
    expect(house.store.outcomeOf('c1')).toEqual({
      status: 'success',
      text: 'The user approved the tool execution with the following comment: "be quick"\nresult of c1',
    });
  });

  test('CALL-16 the reason of a denial is the result that the model gets', async () => {
    const house = await proposed(asking);
    await answer(house, 'c1', 'deny');
    expect(house.store.outcomeOf('c1')).toEqual({ status: 'error', text: 'not now', outcome: 'denied' });
    expect(house.models.last().input.step).toBe(2);
    expect(house.tools.lives).toEqual([]);
  });

  test('CALL-5 the first answer wins; a second one is told so and changes nothing', async () => {
    const house = await proposed(asking);
    house.decide('perm-c1', 'allow');
    house.decide('perm-c1', 'deny');
    await settle();
    expect(house.lines.filter((line) => line.startsWith('input_accepted a-'))).toEqual([
      'input_accepted a-perm-c1 accepted:true',
      'input_accepted a-perm-c1 accepted:false',
    ]);
    expect(house.frames.at(-1)).toMatchObject({ decided: { by: 'pia', behavior: 'allow' } });
    expect(house.runningTools()).toEqual(['c1']);
  });

  test('CALL-14 that does not come within the limit is a no, by the same door as a person’s', async () => {
    const house = await proposed({ c1: { kind: 'asking', limitMs: 60_000 } });
    house.clock.advance(59_999);
    await settle();
    expect(house.store.decisions.size).toBe(0);
    house.clock.advance(1);
    await settle();
    expect(house.store.decisions.get('perm-c1')).toMatchObject({ behavior: 'deny', by: 'time limit' });
    expect(house.store.outcomeOf('c1')).toMatchObject({ outcome: 'denied' });
    expect(house.models.last().input.step).toBe(2);
  });

  test('CALL-14 that does not come in time is a no also when the store could not take it at first', async () => {
    const house = await proposed({ c1: { kind: 'asking', limitMs: 60_000 } });
    house.store.works = false;
    house.clock.advance(63_000);
    await settle();
    expect(house.store.decisions.size).toBe(0);
    house.store.works = true;
    house.clock.advance(1_000);
    await settle();
    expect(house.store.decisions.get('perm-c1')).toMatchObject({ behavior: 'deny', by: 'time limit' });
    expect(house.models.last().input.step).toBe(2);
  });

  test('CALL-14 without a limit waits for as long as it takes', async () => {
    const house = await proposed(asking);
    house.clock.advance(7 * 24 * 3_600_000);
    await settle();
    expect(house.state().turn).toEqual({ tools: 'awaitingApproval' });
    await answer(house, 'c1', 'allow');
    expect(house.runningTools()).toEqual(['c1']);
  });
});

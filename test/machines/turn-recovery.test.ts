import { describe, expect, test } from 'vitest';
import { chunk, type House, type HouseOptions, openHouse, settle, standingOf } from './house.ts';

async function running(options: HouseOptions = {}): Promise<House> {
  const house = openHouse(options);
  house.send('m1');
  await settle();
  return house;
}

/** The host dies and starts again: the machines are gone, the store is there. */
async function restarted(house: House, options: HouseOptions = {}): Promise<House> {
  house.actor.stop();
  const next = openHouse({ store: house.store, ...options });
  await settle();
  return next;
}

describe('a turn that a restart cut off', () => {
  test('TURN-30 while it was sampling asks for its step before it posts it again, and echoes nothing twice', async () => {
    const first = await running();
    first.models.last().say(chunk('run-1', { message_type: 'assistant_message', content: 'half' }));
    const house = await restarted(first);
    expect(house.models.last().input).toMatchObject({ kind: 'attach', turnId: 'turn-1', step: 1 });
    expect(house.lines).toEqual(['LS SENDING_API_REQUEST', 'DS processing']);
    house.models.last().say({ type: 'step.unknown' });
    expect(house.models.last().input).toMatchObject({ kind: 'post', turnId: 'turn-1', step: 1 });
    house.reply('whole');
    await settle();
    expect(house.lines.at(-1)).toBe('turn_finished end_turn');
    expect(house.store.turnsTaken()).toEqual([['m1']]);
  });

  test('TURN-31 while a person was asked asks for nothing anew: the calls are looked up, the step is not sampled', async () => {
    const judge = { c1: { kind: 'asking' as const } };
    const first = await running({ judge });
    first.propose('c1');
    await settle();
    const house = await restarted(first, { judge });
    expect(house.models.lives).toEqual([]);
    expect(house.judged.last().input.calls.map(({ id }) => id)).toEqual(['c1']);
    expect(house.lines).toContain('LS WAITING_ON_APPROVAL');
    house.decide('perm-c1', 'allow');
    await settle();
    expect(house.runningTools()).toEqual(['c1']);
  });

  test('TURN-31 an answer that comes while the calls are looked up is looked up too', async () => {
    const judge = { c1: { kind: 'asking' as const } };
    const first = await running({ judge });
    first.propose('c1');
    await settle();
    const house = await restarted(first, { slowJudge: true });
    house.decide('perm-c1', 'allow');
    await settle();
    expect(house.judged.asked).toHaveLength(2);
    expect(house.judged.asked[0]?.aborted).toBe(true);
    const call = house.judged.last().input.calls[0];
    if (!call) throw new Error('no call');
    house.judged.asked[0]?.answer([standingOf(call, { kind: 'asking' })]);
    house.judged.last().answer([standingOf(call)]);
    await settle();
    expect(house.runningTools()).toEqual(['c1']);
    expect(house.lines).not.toContain('control_request perm-c1');
  });

  test('TURN-31 an abort may name the run that the calls came from', async () => {
    const judge = { c1: { kind: 'asking' as const } };
    const first = await running({ judge });
    first.propose('c1');
    await settle();
    const house = await restarted(first, { judge });
    house.abort('abort', { runId: 'run-1' });
    await settle();
    expect(house.lines).toContain('abort_message_response abort aborted:true success:true');
  });

  test('CALL-9 a call whose outcome is on disk is not run again; the others of its batch go on', async () => {
    const first = await running();
    first.propose('c1', 'c2');
    await settle();
    first.endTool('c1');
    await settle();
    const house = await restarted(first, { slowJudge: true });
    const [c1, c2] = house.judged.last().input.calls;
    if (!c1 || !c2) throw new Error('no calls');
    house.judged.last().answer([
      { ...c1, kind: 'settled', outcome: { status: 'success', text: 'result of c1' } },
      { ...c2, kind: 'settled', outcome: { status: 'error', text: 'unknown', outcome: 'unknown' } },
    ]);
    await settle();
    expect(house.tools.lives).toEqual([]);
    expect(house.models.last().input).toMatchObject({ kind: 'post', step: 2 });
    expect(house.lines.join()).not.toContain('WAITING_ON_APPROVAL');
  });

  test('TURN-32 while it was cancelled finishes the cancellation, and the queue stays paused', async () => {
    const first = await running({ hub: () => undefined });
    first.send('m2');
    await settle();
    first.abort();
    await settle();
    const house = await restarted(first);
    expect(house.models.lives).toEqual([]);
    expect(house.cancels.last().input.turnId).toBe('turn-1');
    expect(house.lines).toContain('turn_finished cancelled');
    expect(house.state().conversation).toBe('paused');
    house.resume();
    await settle();
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2']]);
  });

  test('TURN-32 a message that came after the abort lets the queue go on after the restart too', async () => {
    const first = await running({ hub: () => undefined });
    first.abort();
    await settle();
    first.send('m2');
    await settle();
    const house = await restarted(first);
    expect(house.lines).toContain('turn_finished cancelled');
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2']]);
  });

  test('QUEUE-20 what was queued and paused is so after a restart', async () => {
    const first = await running();
    first.send('m2');
    await settle();
    first.abort();
    await settle();
    expect(first.state().conversation).toBe('paused');
    const house = await restarted(first);
    expect(house.state().conversation).toBe('paused');
    expect(house.lines).toEqual(['Q [m2 (paused)]']);
  });

  test('QUEUE-20 what was queued begins after a restart', async () => {
    const first = await running();
    first.send('m2');
    await settle();
    first.reply('one');
    // Taken by the machine, not yet by the store: the restart finds it in the queue.
    first.actor.stop();
    await settle();
    const house = await restarted(first);
    house.reply('two');
    await settle();
    expect(house.store.idsIn('ended')).toEqual(['m1', 'm2']);
  });
});

describe('a hub that goes away', () => {
  test('TURN-33 cut off in the middle of an answer it is asked for the rest, from the chunk that was seen last', async () => {
    const house = await running();
    house.models.last().say(chunk('run-1', { message_type: 'assistant_message' }, 7));
    house.fail('hub');
    await settle();
    expect(house.models.alive()).toEqual([]);
    house.actor.send({ type: 'hub.returned' });
    expect(house.models.last().input).toMatchObject({ kind: 'attach', after: { runId: 'run-1', seq: 7 } });
  });

  test('TURN-7 it is asked without limit, at growing distances of at most 30 s, and nothing is counted', async () => {
    const house = await running();
    const waits: number[] = [];
    for (let i = 0; i < 12; i += 1) {
      house.fail('hub');
      const { length } = house.models.lives;
      const from = house.clock.now;
      while (house.models.lives.length === length) house.clock.advance(100);
      waits.push(house.clock.now - from);
    }
    expect(Math.min(...waits)).toBeGreaterThanOrEqual(1_000);
    expect(Math.max(...waits)).toBeLessThanOrEqual(30_000);
    expect(waits.slice(0, 5)).toEqual(waits.slice(0, 5).sort((a, b) => a - b));
    house.fail('provider');
    await settle();
    expect(house.lines).toContain('Δ retry error 1/3 1000');
  });

  test('TURN-34 a run that the hub lost is named, so that what it showed can be taken back, and the step is posted again', async () => {
    const house = await running();
    house.models.last().say(chunk('run-1', { message_type: 'assistant_message' }));
    house.news();
    house.fail('interrupted');
    expect(house.news()).toEqual(['Δ retry hub_restarted 0/3 0', 'LS SENDING_API_REQUEST']);
    expect(house.models.last().input).toMatchObject({ kind: 'post', step: 1, after: null });
  });

  test('TURN-35 a turn that somebody ended at the hub ends here as cancelled', async () => {
    const house = await running();
    house.fail('cancelled');
    await settle();
    expect(house.lines.at(-1)).toBe('turn_finished cancelled');
    expect(house.cancels.asked).toEqual([]);
  });
});

describe('a store that refuses', () => {
  test('TURN-36 to open a turn is tried again each second, and the turn begins when it can', async () => {
    const house = openHouse();
    house.send('m1');
    house.store.works = false;
    await settle();
    expect(house.lines).toEqual([
      'input_accepted r-m1 accepted:true disposition:started',
      'Δ status The host cannot write to its store; the turn waits until it can.',
    ]);
    house.clock.advance(1_000);
    await settle();
    expect(house.models.lives).toEqual([]);
    house.store.works = true;
    house.clock.advance(999);
    await settle();
    expect(house.models.lives).toEqual([]);
    house.clock.advance(1);
    await settle();
    expect(house.models.lives).toHaveLength(1);
  });

  test('TURN-36 says so once, however long it refuses', async () => {
    const house = openHouse();
    house.send('m1');
    house.store.works = false;
    const said = () => house.lines.filter((line) => line.startsWith('Δ status')).length;
    for (let second = 0; second < 30; second += 1) {
      await settle();
      house.clock.advance(1_000);
    }
    await settle();
    expect([said(), house.models.lives.length]).toEqual([1, 0]);
    house.store.works = true;
    house.clock.advance(1_000);
    await settle();
    expect(house.models.lives).toHaveLength(1);
    house.store.works = false;
    house.reply('hi');
    await settle();
    expect(said()).toBe(2);
  });

  test('CALL-1 to write an intent holds the tool back', async () => {
    const house = await running();
    house.store.holds = ({ op }) => op === 'recordIntent';
    house.propose('c1');
    await settle();
    house.store.works = false;
    house.store.release();
    await settle();
    expect(house.tools.lives).toEqual([]);
    house.store.holds = () => false;
    house.store.works = true;
    house.clock.advance(1_000);
    await settle();
    expect(house.runningTools()).toEqual(['c1']);
  });

  test('CALL-3 to write an outcome holds its news back', async () => {
    const house = await running();
    house.propose('c1');
    await settle();
    house.store.works = false;
    house.endTool('c1');
    await settle();
    expect(house.lines.at(-1)).toBe('LS EXECUTING_CLIENT_SIDE_TOOL');
    house.store.works = true;
    house.clock.advance(1_000);
    await settle();
    expect(house.lines).toContain('Δ client_tool_end c1 success');
    expect(house.models.last().input.step).toBe(2);
  });

  test('TURN-36 to end a turn holds its end back, and the queue with it', async () => {
    const house = await running();
    house.send('m2');
    await settle();
    house.store.works = false;
    house.reply('hi');
    await settle();
    expect(house.lines.join()).not.toContain('turn_finished');
    house.store.works = true;
    house.clock.advance(1_000);
    await settle();
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2']]);
    expect(house.lines).toContain('turn_finished end_turn');
  });
});

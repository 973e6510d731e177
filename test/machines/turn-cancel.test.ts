import { describe, expect, test } from 'vitest';
import { chunk, type House, type HouseOptions, openHouse, settle } from './house.ts';

async function running(options: HouseOptions = {}): Promise<House> {
  const house = openHouse(options);
  house.send('m1');
  await settle();
  return house;
}

const asks: HouseOptions = { judge: { c1: { kind: 'asking' } } };

/** Every wait of a turn: how it comes to be there. */
const waits: Record<string, { options?: HouseOptions; begin: (house: House) => void | Promise<void> }> = {
  'while the step is sent': { begin: () => {} },
  'before the model has begun to answer': {
    begin: (house) => house.models.last().say({ type: 'step.sent' }),
  },
  'while the model answers': {
    begin: (house) => house.models.last().say(chunk('run-1', { message_type: 'assistant_message' })),
  },
  'while another environment holds the conversation': {
    begin: (house) => house.models.last().say({ type: 'step.waiting', environment: 'laptop' }),
  },
  'while it waits to ask the provider again': { begin: (house) => house.fail('provider') },
  'while the hub is out of reach': { begin: (house) => house.fail('hub') },
  'while the conversation is busy elsewhere': { begin: (house) => house.fail('busy') },
  'while the end of the step is written': {
    begin: (house) => {
      house.store.holds = ({ op }) => op === 'endStep';
      house.propose('c1');
    },
  },
  'while the store refuses the end of the step': {
    begin: async (house) => {
      house.store.works = false;
      house.propose('c1');
      await settle();
      house.store.works = true;
    },
  },
  'while the calls are judged': { options: { slowJudge: true }, begin: (house) => house.propose('c1') },
  'while a person is asked': { options: asks, begin: (house) => house.propose('c1') },
  'while the intent of a call is written': {
    begin: (house) => {
      house.store.holds = ({ op }) => op === 'recordIntent';
      house.propose('c1');
    },
  },
  'while the next step is opened': {
    begin: async (house) => {
      house.store.holds = ({ op }) => op === 'openStep';
      house.propose('c1');
      await settle();
      house.endTool('c1');
    },
  },
};

describe('a cancel', () => {
  for (const [when, { options, begin }] of Object.entries(waits))
    test(`D12 ends a turn at once ${when}`, async () => {
      const house = await running(options);
      await begin(house);
      await settle();
      const steps = house.models.lives.length;
      house.news();
      house.abort();
      await settle();
      expect(house.news().filter((line) => /^(?:Δ status|abort|turn_finished)/.test(line))).toEqual([
        'Δ status Interrupted',
        'abort_message_response abort aborted:true success:true',
        'turn_finished cancelled',
      ]);
      expect(house.clock.now).toBe(0);
      expect(house.models.lives).toHaveLength(steps);
      expect(house.models.alive()).toEqual([]);
      expect(house.store.idsIn('ended')).toEqual(['m1']);
      expect(house.state().conversation).toBe('idle');
    });

  test('CALL-7 a tool that is deaf is given 15 seconds, then its outcome is unknown and what it says is not heard', async () => {
    const house = await running();
    house.propose('c1');
    await settle();
    house.abort();
    await settle();
    house.news();
    house.clock.advance(14_999);
    await settle();
    expect(house.news()).toEqual([]);
    expect(house.runningTools()).toEqual(['c1']);
    house.clock.advance(1);
    await settle();
    expect(house.news()).toEqual([
      'LS WAITING_ON_INPUT',
      'Δ client_tool_end c1 unknown',
      expect.stringMatching(/^Δ tool_return c1 Outcome unknown: /),
      'turn_finished cancelled',
      'Q []',
    ]);
    expect(house.runningTools()).toEqual([]);
    house.tool('c1').say({ type: 'tool.output', callId: 'c1', text: 'still here' });
    house.endTool('c1');
    await settle();
    expect(house.news()).toEqual([]);
  });

  test('CALL-8 what a tool says on its way to its end is still shown', async () => {
    const house = await running();
    house.propose('c1');
    await settle();
    house.abort();
    await settle();
    house.news();
    house.tool('c1').say({ type: 'tool.output', callId: 'c1', text: 'cleaning up' });
    expect(house.news()).toEqual(['Δ tool_return c1 cleaning up']);
  });

  test('TURN-22 a cancel waits for the hub as long as it takes, and goes on when it is back', async () => {
    let isBack = false;
    const house = await running({
      hub: () => (isBack ? { ok: true } : { ok: false, message: 'out of reach' }),
    });
    house.abort();
    await settle();
    expect(house.cancels.asked).toHaveLength(1);
    house.clock.advance(60_000);
    await settle();
    const tries = house.cancels.asked.length;
    expect(tries).toBeGreaterThan(1);
    expect(house.store.ops()).not.toContain('endTurn');
    isBack = true;
    house.actor.send({ type: 'hub.returned' });
    await settle();
    expect(house.cancels.asked).toHaveLength(tries + 1);
    expect(house.lines).toContain('turn_finished cancelled');
  });

  test('TURN-23 two aborts are both confirmed, and cancel once', async () => {
    const house = await running();
    house.news();
    house.abort('first');
    house.abort('second');
    await settle();
    expect(house.news().filter((line) => /abort|Interrupted|finished/.test(line))).toEqual([
      'Δ status Interrupted',
      'abort_message_response first aborted:true success:true',
      'abort_message_response second aborted:true success:true',
      'turn_finished cancelled',
    ]);
    expect(house.cancels.asked).toHaveLength(1);
  });

  test('TURN-21 an abort that names another turn or another run ends nothing', async () => {
    const house = await running();
    house.models.last().say(chunk('run-7', { message_type: 'assistant_message' }));
    house.news();
    house.abort('other turn', { turnId: 'turn-99' });
    house.abort('other run', { runId: 'run-99' });
    await settle();
    expect(house.news()).toEqual([
      'abort_message_response other turn aborted:false success:true',
      'abort_message_response other run aborted:false success:true',
    ]);
    house.abort('this', { turnId: 'turn-1', runId: 'run-7' });
    await settle();
    expect(house.lines).toContain('abort_message_response this aborted:true success:true');
  });

  test('TURN-21 an abort when nothing runs is answered, and does not reach the next turn', async () => {
    const house = openHouse();
    house.abort();
    house.send('m1');
    await settle();
    expect(house.lines[0]).toBe('abort_message_response abort aborted:false success:true');
    expect(house.state().turn).toEqual({ sampling: 'sending' });
  });

  test('TURN-21 an abort whose turn ends before it is on disk does not reach the next turn', async () => {
    const house = await running();
    house.send('m2');
    await settle();
    house.store.holdsDesk = true;
    house.abort();
    house.reply('done before');
    await settle();
    expect(house.state().turn).toEqual({ sampling: 'sending' });
    house.store.holdsDesk = false;
    house.store.release();
    await settle();
    expect(house.lines.at(-1)).toBe('abort_message_response abort aborted:false success:true');
    expect(house.state().turn).toEqual({ sampling: 'sending' });
  });

  test('TURN-24 a cancel that cannot be written is refused, and the turn goes on', async () => {
    const house = await running();
    house.store.works = false;
    house.abort();
    await settle();
    expect(house.lines.at(-1)).toBe('abort_message_response abort aborted:false success:false');
    expect(house.models.alive()).toHaveLength(1);
  });

  test('TURN-8 a fault of the host ends the turn with an error, and the hub is told', async () => {
    const house = await running({ slowJudge: true });
    house.propose('c1');
    await settle();
    house.news();
    house.judged.last().fail(new Error('a bug'));
    await settle();
    expect(house.news()).toEqual([
      'LS WAITING_ON_INPUT',
      'DS resting',
      'Δ loop_error internal error: a bug',
      'turn_finished error',
    ]);
    expect(house.cancels.asked).toHaveLength(1);
    house.send('m2');
    await settle();
    expect(house.state().turn).toEqual({ sampling: 'sending' });
  });
});

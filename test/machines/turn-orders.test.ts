import { describe, expect, test } from 'vitest';
import { type House, type HouseOptions, openHouse, settle } from './house.ts';

/** A turn that has been posted; what was seen until then is not news any more. */
async function running(options: HouseOptions = {}): Promise<House> {
  const house = openHouse(options);
  house.send('m1');
  await settle();
  house.news();
  return house;
}

async function seen(house: House): Promise<string[]> {
  await settle();
  return house.news();
}

const answering = (text: string): string[] => [
  'LS WAITING_FOR_API_RESPONSE',
  'LS PROCESSING_API_RESPONSE',
  `Δ assistant_message ${text}`,
];
const proposing = ['LS WAITING_FOR_API_RESPONSE', 'LS PROCESSING_API_RESPONSE', 'Δ approval_request_message'];
const finished = (stopReason: string): string[] => [
  'LS WAITING_ON_INPUT',
  'DS resting',
  `turn_finished ${stopReason}`,
];

describe('the frames of a turn, in order (protocol.md 5.2)', () => {
  test('TURN-10 (a) a turn that starts at once: accepted, echoed, sent, answered, finished', async () => {
    const house = openHouse();
    house.send('m1');
    expect(await seen(house)).toEqual([
      'input_accepted r-m1 accepted:true disposition:started',
      'Δ user_message m1',
      'LS SENDING_API_REQUEST',
      'DS processing',
    ]);
    house.reply('hi');
    expect(await seen(house)).toEqual([...answering('hi'), ...finished('end_turn')]);
    expect(house.state().conversation).toBe('idle');
  });

  test('TURN-11 (a′) queued inputs are shown, then taken together and echoed one by one', async () => {
    const house = await running();
    house.send('m2');
    house.send('m3');
    expect(await seen(house)).toEqual([
      'input_accepted r-m2 accepted:true disposition:queued',
      'Q [m2]',
      'input_accepted r-m3 accepted:true disposition:queued',
      'Q [m2,m3]',
    ]);
    house.reply('hi');
    expect(await seen(house)).toEqual([
      ...answering('hi'),
      ...finished('end_turn'),
      'Q [] -m2 dequeued -m3 dequeued',
      'Δ user_message m2',
      'Δ user_message m3',
      'LS SENDING_API_REQUEST',
      'DS processing',
    ]);
  });

  test('TURN-12 D6 (b) calls that need nobody run without a moment of waiting for approval', async () => {
    const house = await running();
    house.propose('c1');
    expect(await seen(house)).toEqual([
      ...proposing,
      'Δ approval_classification_end auto_allowed:c1',
      'LS EXECUTING_CLIENT_SIDE_TOOL',
      'LS EXECUTING_CLIENT_SIDE_TOOL c1',
      'Δ client_tool_start c1',
    ]);
    house.tool('c1').say({ type: 'tool.output', callId: 'c1', text: 'so far' });
    house.endTool('c1');
    expect(await seen(house)).toEqual([
      'Δ tool_return c1 so far',
      'LS EXECUTING_CLIENT_SIDE_TOOL',
      'Δ client_tool_end c1 success',
      'Δ tool_return c1 result of c1',
      'LS SENDING_API_REQUEST',
    ]);
    house.reply('done');
    expect(await seen(house)).toEqual([...answering('done'), ...finished('end_turn')]);
    expect(house.lines.join('\n')).not.toContain('WAITING_ON_APPROVAL');
    expect(house.store.ops()).toEqual([
      'openTurn',
      'endStep',
      'recordIntent',
      'recordOutcome',
      'openStep',
      'endTurn',
    ]);
  });

  test('TURN-13 (c) all questions of a batch are asked at once; each answered call starts without the others', async () => {
    const house = await running({
      judge: { c1: { kind: 'asking' }, c2: { kind: 'asking' }, c3: { kind: 'denied' } },
    });
    house.propose('c1', 'c2', 'c3');
    expect(await seen(house)).toEqual([
      ...proposing,
      'Δ approval_classification_end auto_denied:c3 user_input:c1,c2',
      'LS EXECUTING_CLIENT_SIDE_TOOL',
      'control_request perm-c1',
      'control_request perm-c2',
      'Δ client_tool_end c3 denied',
      'Δ tool_return c3 a rule forbids it',
      'LS WAITING_ON_APPROVAL',
    ]);
    house.decide('perm-c2', 'allow');
    expect(await seen(house)).toEqual([
      'input_accepted a-perm-c2 accepted:true',
      'Δ approval_response perm-c2 true',
      'LS EXECUTING_CLIENT_SIDE_TOOL',
      'LS EXECUTING_CLIENT_SIDE_TOOL c2',
      'Δ client_tool_start c2',
    ]);
    house.endTool('c2');
    expect((await seen(house)).at(-1)).toBe('LS WAITING_ON_APPROVAL');
    house.decide('perm-c1', 'deny');
    expect(await seen(house)).toEqual([
      'input_accepted a-perm-c1 accepted:true',
      'Δ approval_response perm-c1 false',
      'LS EXECUTING_CLIENT_SIDE_TOOL',
      'Δ client_tool_end c1 denied',
      'Δ tool_return c1 not now',
      'LS SENDING_API_REQUEST',
    ]);
    house.reply('as you like');
    expect((await seen(house)).at(-1)).toBe('turn_finished end_turn');
  });

  test('TURN-14 (d) an abort while the model answers: state, notice, reply, end', async () => {
    const house = await running();
    house.models.last().say({ type: 'step.sent' });
    house.news();
    house.abort();
    expect(await seen(house)).toEqual([
      'LS WAITING_ON_INPUT',
      'DS resting',
      'Δ status Interrupted',
      'abort_message_response abort aborted:true success:true',
      'Q []',
      'turn_finished cancelled',
      'Q []',
    ]);
    expect(house.cancels.asked.map(({ input }) => input.turnId)).toEqual(['turn-1']);
    expect(house.models.alive()).toEqual([]);
  });

  test('TURN-14 (d) an abort while a tool runs: the tool is ended and its outcome told before the end', async () => {
    const house = await running();
    house.propose('c1');
    await seen(house);
    house.abort();
    expect(await seen(house)).toEqual([
      'LS WAITING_ON_INPUT c1',
      'DS resting',
      'Δ status Interrupted',
      'abort_message_response abort aborted:true success:true',
      'Q []',
    ]);
    expect(house.tool('c1').told).toEqual([{ type: 'tool.cancel' }]);
    house.endTool('c1', { status: 'error', text: 'Interrupted by user', outcome: 'cancelled' });
    expect(await seen(house)).toEqual([
      'LS WAITING_ON_INPUT',
      'Δ client_tool_end c1 cancelled',
      'Δ tool_return c1 Interrupted by user',
      'turn_finished cancelled',
      'Q []',
    ]);
    expect(house.models.lives).toHaveLength(1);
  });

  test('TURN-14 (d) an abort while a person is asked: the question is withdrawn, and no step follows', async () => {
    const house = await running({ judge: { c1: { kind: 'asking' } } });
    house.propose('c1');
    await seen(house);
    house.abort();
    expect(await seen(house)).toEqual([
      'LS WAITING_ON_INPUT',
      'DS resting',
      'Δ status Interrupted',
      'abort_message_response abort aborted:true success:true',
      'Q []',
      'Δ client_tool_end c1 cancelled',
      'Δ tool_return c1 Interrupted by user',
      'turn_finished cancelled',
      'Q []',
    ]);
    expect(house.models.lives).toHaveLength(1);
    expect(house.tools.lives).toEqual([]);
  });

  test('TURN-15 (e) a failing provider is tried again after 1, 2 and 4 seconds, each time told before it waits', async () => {
    const house = await running();
    for (const [attempt, delay] of [
      [1, 1_000],
      [2, 2_000],
      [3, 4_000],
    ] as const) {
      house.fail('provider');
      expect(await seen(house)).toEqual(['LS RETRYING_API_REQUEST', `Δ retry error ${attempt}/3 ${delay}`]);
      house.clock.advance(delay - 1);
      expect(house.models.lives).toHaveLength(attempt);
      house.clock.advance(1);
      expect(house.models.lives).toHaveLength(attempt + 1);
      expect(await seen(house)).toEqual(['LS SENDING_API_REQUEST']);
    }
    house.reply('at last');
    expect(await seen(house)).toEqual([...answering('at last'), ...finished('end_turn')]);
  });

  test('TURN-15 (e) what the provider says of waiting is heeded', async () => {
    const house = await running();
    house.fail('provider', { retryAfterMs: 7_000 });
    expect(await seen(house)).toEqual(['LS RETRYING_API_REQUEST', 'Δ retry error 1/3 7000']);
    house.clock.advance(6_999);
    expect(house.models.lives).toHaveLength(1);
    house.clock.advance(1);
    expect(house.models.lives).toHaveLength(2);
  });

  test('TURN-16 (e) a conversation that is busy at the hub is waited for, told once, and posted to again', async () => {
    const house = await running();
    for (let tries = 1; tries <= 6; tries += 1) {
      house.fail('busy', { message: 'run-9 is being processed' });
      const told = await seen(house);
      expect(told[0]).toBe('LS RETRYING_API_REQUEST');
      expect(told.slice(1)).toEqual(
        tries === 1 ? [expect.stringMatching(/^Δ status .*busy elsewhere.*run-9 is being processed$/)] : [],
      );
      house.clock.advance(999);
      expect(house.models.lives).toHaveLength(tries);
      house.clock.advance(30_000);
      expect(house.models.last().input).toMatchObject({ kind: 'post', step: 1 });
      expect(await seen(house)).toContain('LS SENDING_API_REQUEST');
    }
    house.reply('at last');
    expect(await seen(house)).toEqual([...answering('at last'), ...finished('end_turn')]);
  });

  test('TURN-17 (d) an abort while the conversation is busy ends the turn and cancels no run of others', async () => {
    const house = await running();
    house.fail('busy');
    await seen(house);
    house.abort();
    expect(await seen(house)).toEqual([
      'LS WAITING_ON_INPUT',
      'DS resting',
      'Δ status Interrupted',
      'abort_message_response abort aborted:true success:true',
      'Q []',
      'turn_finished cancelled',
      'Q []',
    ]);
    expect(house.cancels.asked).toEqual([]);
    house.clock.advance(60_000);
    expect(house.models.lives).toHaveLength(1);
  });

  test('TURN-18 what a hub says of waiting is heeded, and holds for one wait', async () => {
    for (const cause of ['hub', 'busy'] as const) {
      const house = await running();
      house.fail(cause, { retryAfterMs: 45_000 });
      await settle();
      house.clock.advance(44_999);
      expect(house.models.lives).toHaveLength(1);
      house.clock.advance(1);
      expect(house.models.lives).toHaveLength(2);
      house.fail(cause);
      await settle();
      house.clock.advance(5_000);
      expect(house.models.lives).toHaveLength(3);
    }
  });

  test('D16 TURN-2 (e) the error that ends a turn comes before its end', async () => {
    const house = await running();
    for (const delay of [1_000, 2_000, 4_000]) {
      house.fail('provider');
      house.clock.advance(delay);
    }
    await seen(house);
    house.fail('provider');
    expect(await seen(house)).toEqual([
      'LS WAITING_ON_INPUT',
      'DS resting',
      'Δ loop_error provider failed',
      'turn_finished llm_api_error',
    ]);
    house.send('m2');
    await settle();
    house.fail('refused', { retryable: false });
    expect((await seen(house)).slice(-2)).toEqual(['Δ loop_error refused failed', 'turn_finished error']);
  });

  test('D24 (f) each call of a parallel batch shows its own start, output and end, when they happen', async () => {
    const house = await running();
    house.propose('c1', 'c2');
    expect((await seen(house)).slice(-4)).toEqual([
      'LS EXECUTING_CLIENT_SIDE_TOOL c1',
      'Δ client_tool_start c1',
      'LS EXECUTING_CLIENT_SIDE_TOOL c1,c2',
      'Δ client_tool_start c2',
    ]);
    house.tool('c1').say({ type: 'tool.output', callId: 'c1', text: 'one' });
    house.tool('c2').say({ type: 'tool.output', callId: 'c2', text: 'two' });
    house.endTool('c2');
    expect(await seen(house)).toEqual([
      'Δ tool_return c1 one',
      'Δ tool_return c2 two',
      'LS EXECUTING_CLIENT_SIDE_TOOL c1',
      'Δ client_tool_end c2 success',
      'Δ tool_return c2 result of c2',
    ]);
    house.endTool('c1', { status: 'error', text: 'exit code 1' });
    expect(await seen(house)).toEqual([
      'LS EXECUTING_CLIENT_SIDE_TOOL',
      'Δ client_tool_end c1 error',
      'Δ tool_return c1 exit code 1',
      'LS SENDING_API_REQUEST',
    ]);
  });

  test('D8 every prompt is echoed once, whether its turn starts at once or from the queue', async () => {
    const house = openHouse();
    for (const id of ['m1', 'm2', 'm3']) house.send(id);
    await settle();
    house.reply('one');
    await settle();
    house.reply('two');
    await settle();
    const echoes = house.lines.filter((line) => line.startsWith('Δ user_message'));
    expect(echoes).toEqual(['Δ user_message m1', 'Δ user_message m2', 'Δ user_message m3']);
  });
});

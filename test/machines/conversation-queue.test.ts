import { describe, expect, test } from 'vitest';
import { type House, type HouseOptions, openHouse, settle } from './house.ts';

async function running(options: HouseOptions = {}): Promise<House> {
  const house = openHouse(options);
  house.send('m1');
  await settle();
  return house;
}

/** The turn that runs is answered; the next one, if there is one, has begun. */
async function answer(house: House): Promise<void> {
  house.reply('done');
  await settle();
}

describe('inputs that wait for a turn', () => {
  test('QUEUE-10 five messages become one turn with five texts in order; a removed one never runs', async () => {
    const house = await running();
    for (const id of ['m2', 'm3', 'm4', 'm5', 'm6', 'm7']) house.send(id);
    await settle();
    house.withdraw('m4');
    await settle();
    expect(house.lines.slice(-2)).toEqual([
      'Q [m2,m3,m5,m6,m7] -m4 cancelled',
      'withdraw_input_response w-m4 status:withdrawn success:true',
    ]);
    await answer(house);
    await answer(house);
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2', 'm3', 'm5', 'm6', 'm7']]);
    expect(house.store.written.filter(({ op }) => op === 'openTurn')[1]).toMatchObject({
      items: [2, 3, 5, 6, 7],
    });
    expect(house.state().conversation).toBe('idle');
  });

  test('D7 QUEUE-11 inputs with different options are never merged; each turn has its own', async () => {
    const house = await running();
    house.send('m2', { tools: ['Read'] });
    house.send('m3', { tools: ['Read'] });
    house.send('m4', { tools: ['Bash'] });
    house.send('m5', { tools: ['Read'] });
    await settle();
    for (let i = 0; i < 4; i += 1) await answer(house);
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2', 'm3'], ['m4'], ['m5']]);
  });

  test('QUEUE-11 neighbours that come to stand side by side are merged', async () => {
    const house = await running();
    house.send('m2', { tools: ['Read'] });
    house.send('m3', { tools: ['Bash'] });
    house.send('m4', { tools: ['Read'] });
    await settle();
    house.withdraw('m3');
    await settle();
    await answer(house);
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2', 'm4']]);
  });

  test('QUEUE-12 an input that comes during a turn is taken between turns, never into it', async () => {
    const house = await running();
    house.propose('c1');
    await settle();
    house.send('m2');
    await settle();
    house.endTool('c1');
    await settle();
    expect(house.models.last().input.step).toBe(2);
    expect(house.store.turnsTaken()).toEqual([['m1']]);
    await answer(house);
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2']]);
  });

  test('D3 the same client_message_id again, also after its turn, gets the same answer and runs no second time', async () => {
    const house = await running();
    house.send('m1');
    await settle();
    await answer(house);
    house.news();
    house.send('m1');
    await settle();
    expect(house.news()).toEqual(['input_accepted r-m1 accepted:true disposition:started']);
    expect(house.store.turnsTaken()).toEqual([['m1']]);
    house.clock.advance(30_000);
    expect(house.state().conversation).toBe('over');
    const later = openHouse({ store: house.store });
    later.send('m1');
    await settle();
    expect(later.lines).toEqual(['input_accepted r-m1 accepted:true disposition:started']);
    expect(later.state().conversation).toBe('idle');
  });

  test('D3 an old queue id names no new input', async () => {
    const house = await running();
    await answer(house);
    house.send('m2');
    await settle();
    house.send('m3');
    await settle();
    house.actor.send({
      type: 'withdraw.asked',
      request: { requestId: 'late', reply: 'remove_queue_item', clientMessageId: null, itemId: 'q-1' },
    });
    await settle();
    expect(house.lines.at(-1)).toBe('remove_queue_item_response late status:already_dequeued success:false');
    expect(house.store.idsIn('queued')).toEqual(['m3']);
    house.actor.send({
      type: 'withdraw.asked',
      request: { requestId: 'now', reply: 'remove_queue_item', clientMessageId: null, itemId: 'q-3' },
    });
    await settle();
    expect(house.lines.at(-1)).toBe('remove_queue_item_response now status:withdrawn success:true');
  });

  test('QUEUE-13 an input that is refused is answered with the reason, and changes nothing', async () => {
    const house = openHouse();
    house.store.works = false;
    house.send('m1');
    await settle();
    expect(house.lines).toEqual(['input_accepted r-m1 accepted:false']);
    expect(house.frames[0]).toMatchObject({ error: 'disk full', client_message_id: 'm1' });
    expect(house.state().conversation).toBe('idle');
  });
});

describe('a queue after an abort', () => {
  async function aborted(): Promise<House> {
    const house = await running();
    house.send('m2');
    house.send('m3');
    await settle();
    house.abort();
    await settle();
    house.news();
    return house;
  }

  test('QUEUE-2 waits, and a new message takes it along', async () => {
    const house = await aborted();
    house.clock.advance(3_600_000);
    expect(house.state().conversation).toBe('paused');
    house.send('m4');
    await settle();
    expect(house.news().slice(0, 2)).toEqual([
      'input_accepted r-m4 accepted:true disposition:queued',
      'Q [] -m2 dequeued -m3 dequeued -m4 dequeued',
    ]);
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2', 'm3', 'm4']]);
  });

  test('QUEUE-2 waits, and resume_queue sets it going', async () => {
    const house = await aborted();
    house.resume();
    await settle();
    expect(house.news()[0]).toBe('resume_queue_response resume resumed:2 success:true');
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2', 'm3']]);
    expect(house.store.paused).toBe(false);
  });

  test('QUEUE-2 that is emptied by hand rests', async () => {
    const house = await aborted();
    house.withdraw('m2');
    house.withdraw('m3');
    await settle();
    expect(house.state().conversation).toBe('idle');
    house.resume();
    await settle();
    expect(house.lines.at(-1)).toBe('resume_queue_response resume resumed:0 success:true');
  });

  test('QUEUE-14 goes on by itself when the message came while the turn was being cancelled', async () => {
    const house = await running({ hub: () => undefined });
    house.send('m2');
    await settle();
    house.abort();
    await settle();
    house.send('m3');
    await settle();
    expect(house.store.turnsTaken()).toEqual([['m1']]);
    house.cancels.last().answer({ ok: true });
    await settle();
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2', 'm3']]);
  });

  test('QUEUE-14 is paused again by another abort in the meantime', async () => {
    const house = await running({ hub: () => undefined });
    house.abort('first');
    await settle();
    house.send('m2');
    await settle();
    house.abort('second');
    await settle();
    expect(house.lines).toContain('abort_message_response second aborted:true success:true');
    house.cancels.last().answer({ ok: true });
    await settle();
    expect(house.state().conversation).toBe('paused');
    expect(house.store.paused).toBe(true);
    expect(house.cancels.asked).toHaveLength(1);
  });
});

describe('a withdrawal', () => {
  test('QUEUE-15 of an input in a turn is answered with already_dequeued, and the turn goes on', async () => {
    const house = await running();
    house.withdraw('m1');
    await settle();
    expect(house.lines.at(-1)).toBe('withdraw_input_response w-m1 status:already_dequeued success:false');
    expect(house.models.alive()).toHaveLength(1);
  });

  test('QUEUE-15 of an input whose turn is just being opened loses, and does not break the turn', async () => {
    const house = openHouse();
    house.send('m1');
    house.store.works = false;
    await settle();
    house.store.works = true;
    house.withdraw('m1');
    await settle();
    expect(house.lines.at(-1)).toBe('withdraw_input_response w-m1 status:already_dequeued success:false');
    house.clock.advance(1_000);
    await settle();
    expect(house.store.turnsTaken()).toEqual([['m1']]);
    expect(house.state().turn).toEqual({ sampling: 'sending' });
  });

  test('QUEUE-15 that comes before the turn ends wins, also when the store is slow', async () => {
    const house = await running();
    house.send('m2');
    await settle();
    house.store.holdsDesk = true;
    house.withdraw('m2');
    await answer(house);
    expect(house.state().conversation).toBe('idle');
    house.store.release();
    await settle();
    expect(house.store.turnsTaken()).toEqual([['m1']]);
    expect(house.lines.at(-1)).toBe('withdraw_input_response w-m2 status:withdrawn success:true');
  });

  test('QUEUE-18 that overtakes its input still finds it, and then it never runs', async () => {
    const house = openHouse();
    house.send('m1');
    house.withdraw('m1');
    await settle();
    expect(house.lines).toEqual([
      'input_accepted r-m1 accepted:true disposition:queued',
      'Q [] -m1 cancelled',
      'withdraw_input_response w-m1 status:withdrawn success:true',
    ]);
    expect(house.state().conversation).toBe('idle');
    expect(house.store.ops()).toEqual([]);
  });

  test('QUEUE-18 that comes twice is answered twice', async () => {
    const house = await running();
    house.send('m2');
    house.withdraw('m2', 'one');
    house.withdraw('m2', 'two');
    await settle();
    house.withdraw('m2', 'three');
    await settle();
    for (const id of ['one', 'two', 'three'])
      expect(house.lines).toContain(`withdraw_input_response ${id} status:withdrawn success:true`);
    await answer(house);
    expect(house.store.turnsTaken()).toEqual([['m1']]);
  });

  test('QUEUE-18 of an input that is then refused is answered too', async () => {
    const house = openHouse();
    house.store.works = false;
    house.send('m1');
    house.withdraw('m1');
    house.store.works = true;
    await settle();
    expect(house.lines).toEqual([
      'input_accepted r-m1 accepted:false',
      'withdraw_input_response w-m1 status:withdrawn success:true',
    ]);
  });

  test('QUEUE-16 that the store refuses puts the input back at its place', async () => {
    const house = await running();
    for (const id of ['m2', 'm3', 'm4']) house.send(id);
    await settle();
    house.store.works = false;
    house.withdraw('m3');
    await settle();
    expect(house.lines.slice(-2)).toEqual([
      'withdraw_input_response w-m3 status:failed success:false',
      'Q [m2,m3,m4]',
    ]);
  });

  test('QUEUE-16 that the store refuses never begins what somebody wanted back', async () => {
    const house = await running();
    house.send('m2');
    await settle();
    house.abort();
    await settle();
    house.store.works = false;
    house.withdraw('m2');
    await settle();
    house.store.works = true;
    expect(house.state().conversation).toBe('paused');
    house.resume();
    await settle();
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2']]);
  });

  test('QUEUE-17 of an input that was never seen holds: a late copy is refused', async () => {
    const house = openHouse();
    house.withdraw('m9');
    await settle();
    house.send('m9');
    await settle();
    expect(house.lines).toEqual([
      'withdraw_input_response w-m9 status:withdrawn success:true',
      'input_accepted r-m9 accepted:false',
    ]);
    expect(house.state().conversation).toBe('idle');
  });
});

describe('the life of a conversation', () => {
  test('QUEUE-5 it is over after 30 s with nothing to do', async () => {
    const house = await running();
    await answer(house);
    house.clock.advance(29_999);
    expect(house.state().conversation).toBe('idle');
    house.clock.advance(1);
    expect(house.state().conversation).toBe('over');
  });

  test('QUEUE-5 it is not over while an input is being written down', async () => {
    const house = openHouse();
    house.store.holdsDesk = true;
    house.clock.advance(29_999);
    house.send('m1');
    house.clock.advance(29_999);
    house.store.release();
    await settle();
    expect(house.lines[0]).toBe('input_accepted r-m1 accepted:true disposition:started');
    expect(house.state().turn).toEqual({ sampling: 'sending' });
  });

  test('QUEUE-4 a host that stops lets the turn end, begins no other, and keeps what comes', async () => {
    const house = await running();
    house.send('m2');
    await settle();
    house.actor.send({ type: 'conversation.drain' });
    await answer(house);
    expect(house.state().conversation).toBe('drained');
    house.send('m3');
    await settle();
    expect(house.lines.slice(-2)).toEqual([
      'input_accepted r-m3 accepted:true disposition:queued',
      'Q [m2,m3]',
    ]);
    expect(house.store.turnsTaken()).toEqual([['m1']]);
    house.withdraw('m2');
    await settle();
    expect(house.lines.at(-1)).toBe('withdraw_input_response w-m2 status:withdrawn success:true');
  });

  test('QUEUE-4 an abort while the host stops ends the turn, and still nothing begins', async () => {
    const house = await running();
    house.actor.send({ type: 'conversation.drain' });
    house.abort();
    await settle();
    house.send('m2');
    await settle();
    expect(house.lines).toContain('abort_message_response abort aborted:true success:true');
    expect(house.lines).toContain('turn_finished cancelled');
    expect(house.state().conversation).toBe('drained');
    expect(house.store.idsIn('queued')).toEqual(['m2']);
  });

  test('QUEUE-4 a conversation that opens while the host stops leaves a cut-off turn to the next start', async () => {
    const first = await running();
    first.actor.stop();
    const house = openHouse({ store: first.store, begin: 'drained' });
    await settle();
    expect(house.models.lives).toEqual([]);
    expect(house.state().conversation).toBe('drained');
  });

  test('D20 TURN-25 what comes in one burst is handled in the order of its coming', async () => {
    const house = await running();
    house.news();
    house.send('m2');
    house.actor.send({ type: 'sync.asked', reply: { type: 'sync_response', request_id: 's' } });
    house.abort();
    house.send('m3');
    house.withdraw('m2');
    await settle();
    const news = house.news();
    expect(news.filter((line) => /^(?:sync|input|abort|withdraw|turn)/.test(line))).toEqual([
      'sync',
      'input_accepted r-m2 accepted:true disposition:queued',
      'abort_message_response abort aborted:true success:true',
      'input_accepted r-m3 accepted:true disposition:queued',
      'withdraw_input_response w-m2 status:withdrawn success:true',
      'turn_finished cancelled',
    ]);
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m3']]);
  });

  test('TURN-26 what this host has no command for is refused in the frames that tell of commands', async () => {
    const house = openHouse();
    house.actor.send({ type: 'command.asked', requestId: 'x', commandId: 'doctor', input: '/doctor' });
    expect(house.lines).toEqual([
      'Δ slash_command_start',
      'Δ slash_command_end',
      'execute_command_response x success:false',
    ]);
  });

  test('TURN-27 a change of mode is answered, and one that fails is seen by those who sent no request id', async () => {
    const house = openHouse();
    const change = { type: 'change.asked', requestId: 'x', mode: 'strict', cwd: null, by: null } as const;
    house.actor.send(change);
    await settle();
    expect(house.lines).toEqual(['change_device_state_response x success:true']);
    house.store.works = false;
    house.actor.send({ ...change, requestId: null });
    await settle();
    expect(house.lines.slice(1)).toEqual(['Δ loop_error disk full']);
  });
});

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

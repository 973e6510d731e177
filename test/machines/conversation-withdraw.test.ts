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

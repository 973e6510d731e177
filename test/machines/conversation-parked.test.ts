import { describe, expect, test } from 'vitest';
import { chunk, type House, openHouse, settle } from './house.ts';

/** A turn with m1 and m2 that waits for another environment, which holds the conversation. */
async function parked(): Promise<House> {
  const house = openHouse();
  house.send('m0');
  await settle();
  house.send('m1');
  house.send('m2');
  await settle();
  house.reply('done');
  await settle();
  house.news();
  house.models.last().say({ type: 'step.sent' }, { type: 'step.waiting', environment: 'laptop' });
  await settle();
  return house;
}

describe('a turn while another environment holds the conversation', () => {
  test('QUEUE-30 its inputs are in the queue again for everybody to see, and nothing works', async () => {
    const house = await parked();
    expect(house.news()).toEqual([
      'LS WAITING_FOR_API_RESPONSE',
      'Q [m1,m2]',
      'LS WAITING_ON_INPUT',
      'DS resting',
    ]);
  });

  test('QUEUE-30 it goes on when the model answers, and its inputs leave the queue', async () => {
    const house = await parked();
    house.news();
    house.models.last().say(chunk('run-1', { message_type: 'assistant_message' }));
    await settle();
    expect(house.news()).toEqual(['Q []', 'LS PROCESSING_API_RESPONSE', 'Δ assistant_message']);
  });

  test('QUEUE-31 one of its inputs can be withdrawn; the others form a new turn', async () => {
    const house = await parked();
    house.withdraw('m1');
    await settle();
    expect(house.lines).toContain('withdraw_input_response w-m1 status:withdrawn success:true');
    expect(house.models.alive()).toHaveLength(1);
    expect(house.store.idsIn('withdrawn')).toEqual(['m1']);
    expect(house.store.idsIn('taken')).toEqual(['m2']);
    expect(house.store.ops()).toContain('giveBack');
    house.reply('to m2');
    await settle();
    expect(house.state().conversation).toBe('idle');
  });

  test('QUEUE-31 all of its inputs can be withdrawn; then nothing runs', async () => {
    const house = await parked();
    house.withdraw('m1');
    await settle();
    house.models.last().say({ type: 'step.waiting', environment: 'laptop' });
    house.withdraw('m2');
    await settle();
    expect(house.store.idsIn('withdrawn')).toEqual(['m1', 'm2']);
    expect(house.state().conversation).toBe('idle');
    expect(house.models.alive()).toEqual([]);
  });

  test('QUEUE-31 a second wish while the first is carried out is answered, and nothing is lost', async () => {
    const house = await parked();
    house.withdraw('m1', 'one');
    house.withdraw('m2', 'two');
    await settle();
    expect(house.lines).toContain('withdraw_input_response one status:withdrawn success:true');
    expect(house.lines).toContain('withdraw_input_response two status:already_dequeued success:false');
    expect(house.store.idsIn('taken')).toEqual(['m2']);
  });

  test('QUEUE-31 what waits behind it can be withdrawn as ever', async () => {
    const house = await parked();
    house.send('m3');
    await settle();
    house.withdraw('m3');
    await settle();
    expect(house.lines.at(-1)).toBe('withdraw_input_response w-m3 status:withdrawn success:true');
    expect(house.state().conversation).toEqual({ running: 'parked' });
  });

  test('QUEUE-32 an abort while inputs are given back leaves them in the queue, paused', async () => {
    const house = await parked();
    house.store.holds = ({ op }) => op === 'giveBack';
    house.withdraw('m1');
    await settle();
    house.abort();
    await settle();
    house.store.release();
    await settle();
    expect(house.lines).toContain('abort_message_response abort aborted:true success:true');
    expect(house.state().conversation).toBe('paused');
    expect(house.store.idsIn('withdrawn')).toEqual(['m1']);
    expect(house.store.idsIn('queued')).toEqual(['m2']);
    expect(house.models.alive()).toEqual([]);
  });

  test('QUEUE-32 a host that stops while inputs are given back begins no turn with them', async () => {
    const house = await parked();
    house.store.holds = ({ op }) => op === 'giveBack';
    house.withdraw('m1');
    await settle();
    house.actor.send({ type: 'conversation.drain' });
    house.store.release();
    await settle();
    expect(house.state().conversation).toBe('drained');
    expect(house.store.idsIn('queued')).toEqual(['m2']);
  });

  test('QUEUE-31 a store that refuses to give back is tried again until it does', async () => {
    const house = await parked();
    house.store.works = false;
    house.withdraw('m1');
    await settle();
    expect(house.state().turn).toEqual({ givingBack: { blocked: 'waiting' } });
    house.store.works = true;
    house.clock.advance(1_000);
    await settle();
    expect(house.store.idsIn('withdrawn')).toEqual(['m1']);
  });
});

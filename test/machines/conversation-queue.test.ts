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

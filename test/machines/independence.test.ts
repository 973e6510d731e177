import { describe, expect, test } from 'vitest';
import { openHouse, settle } from './house.ts';
import { openLink } from './link.ts';

/** A host: its connection, and a conversation in which a turn runs and something waits. */
async function host() {
  const link = await openLink();
  link.ready();
  link.clock.advance(10_000);
  const house = openHouse({ judge: { c1: { kind: 'asking' } } });
  house.send('m1');
  await settle();
  house.send('m2');
  await settle();
  return { link, house };
}

describe('what is accepted belongs to no connection', () => {
  test('D1 a turn that ends while the link is down is followed by the next one, and nothing is lost', async () => {
    const { link, house } = await host();
    await link.close();
    expect(link.isOnline()).toBe(false);
    house.reply('one');
    await settle();
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2']]);
    house.reply('two');
    await settle();
    expect(house.store.idsIn('ended')).toEqual(['m1', 'm2']);
    expect(house.lines.filter((line) => line.startsWith('turn_finished'))).toHaveLength(2);
  });

  test('D5 1008 and a new registration leave turn, queue and approval as they are', async () => {
    const { link, house } = await host();
    house.propose('c1');
    await settle();
    const before = house.state();
    await link.close(1008, 'Unknown connection');
    expect(link.registrations).toHaveLength(2);
    link.ready();
    expect(house.state()).toEqual(before);
    expect(house.actor.getSnapshot().context.queue.map(({ clientMessageId }) => clientMessageId)).toEqual([
      'm2',
    ]);
    house.decide('perm-c1', 'allow');
    await settle();
    house.endTool('c1');
    await settle();
    house.reply('done');
    await settle();
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2']]);
  });

  test('D5 CONN-5 5 minutes of outage end in a new registration, and the turn that ran goes on', async () => {
    const { link, house } = await host();
    await link.close();
    while (link.registrations.length === 1) {
      await link.untilNextTry();
      if (link.registrations.length === 1) await link.close();
    }
    house.fail('hub');
    house.actor.send({ type: 'hub.returned' });
    expect(house.models.last().input).toMatchObject({ kind: 'attach', step: 1 });
    house.reply('still here');
    await settle();
    expect(house.lines).toContain('turn_finished end_turn');
    expect(house.store.turnsTaken()).toEqual([['m1'], ['m2']]);
  });
});

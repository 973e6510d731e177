import { setTimeout as sleep } from 'node:timers/promises';
import { callsAtRisk } from '../house/stores.ts';
import type { Place } from '../people/conversation.ts';
import { microseconds } from '../people/signals.ts';
import type { HostName, PlannedFault, ProcessName } from '../plan/faults.ts';
import type { Recovery } from './recovery.ts';

type Kill = Extract<PlannedFault['fault'], { do: 'kill' }>;

/** Waits for the moment of a fault, lets it come, and resolves when its cause is gone again. */
export async function inflict(place: Place, recovery: Recovery, planned: PlannedFault): Promise<void> {
  const { house, signals, story } = place;
  const { on, withinMs, plusUs, fault } = planned;
  await signals.next(on, withinMs);
  await microseconds(plusUs);
  recovery.broke();
  switch (fault.do) {
    case 'kill':
      await kill(place, fault);
      break;
    case 'freeze':
      story.tell('chaos', `freezes ${fault.who} for ${fault.forMs} ms`);
      house.nodes[fault.who].freeze();
      await sleep(fault.forMs);
      house.nodes[fault.who].thaw();
      break;
    case 'break':
      story.tell('chaos', `breaks the link of ${fault.link}`, fault.break);
      await house.links[fault.link].break(fault.break);
      break;
  }
  recovery.mended();
}

async function kill({ house, books, story }: Place, { who, cutsPower, backAfterMs }: Kill): Promise<void> {
  const at = story.now;
  await Promise.all(who.map((name) => house.kill(name)));
  books.killed.push(...who);
  story.tell('chaos', `killed ${who.join(' and ')}`);
  if (cutsPower)
    for (const name of who)
      story.tell('chaos', `cut the power of ${name}`, `${house.cutPower(name)} pages lost`);
  for (const host of who.filter((name): name is HostName => name !== 'hub')) {
    const atRisk = callsAtRisk(house.storeOf(host));
    books.kills.push({ host, at, atRisk });
    if (atRisk.length > 0) story.tell('chaos', `${host} was cut off in`, atRisk);
  }
  await Promise.all(who.map((name, index) => back(house, name, backAfterMs[index] ?? 0)));
  story.tell('chaos', `started ${who.join(' and ')} again`);
}

async function back(house: Place['house'], name: ProcessName, afterMs: number): Promise<void> {
  await sleep(afterMs);
  house.nodes[name].start();
}

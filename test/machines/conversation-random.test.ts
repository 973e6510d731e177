import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { chunk, type House, type Judgement, openHouse, settle } from './house.ts';
import { PuppetStore } from './puppet-store.ts';

const send = fc.record({ do: fc.constant('send' as const), options: fc.constantFrom('a', 'b') });
const byNumber = fc.record({ do: fc.constantFrom('resend' as const, 'withdraw' as const), which: fc.nat(9) });
const failure = fc.record({
  do: fc.constant('fail' as const),
  cause: fc.constantFrom('hub' as const, 'provider' as const, 'interrupted' as const, 'refused' as const),
});
const time = fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1_000, 5_000, 31_000) });
const plain = fc.record({
  do: fc.constantFrom(
    ...(['abort', 'resume', 'sync', 'drain', 'restart'] as const),
    ...(['chunk', 'wait', 'answer', 'propose', 'endTools', 'allow', 'deny'] as const),
    ...(['failStore', 'mendStore', 'holdDesk', 'release', 'rest', 'rest', 'rest'] as const),
  ),
});
const command = fc.oneof(
  { weight: 4, arbitrary: send },
  { weight: 3, arbitrary: byNumber },
  { weight: 1, arbitrary: failure },
  { weight: 1, arbitrary: time },
  { weight: 8, arbitrary: plain },
);
type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

const judge: Record<string, Judgement> = {};
for (let n = 0; n < 200; n += 1) {
  const effect = n % 2 === 0 ? { kind: 'anything' as const } : { kind: 'reads' as const, files: [] };
  judge[`c${n}`] = { kind: n % 3 === 0 ? 'asking' : 'allowed', effect };
}

/** A host over one store: its conversation is opened anew when it was over, or when the host is restarted. */
class World {
  readonly store = new PuppetStore();
  readonly houses: House[] = [];
  #ids = 0;
  #calls = 0;

  constructor() {
    this.#open();
  }

  get house(): House {
    const house = this.houses.at(-1) as House;
    return house.actor.getSnapshot().status === 'active' ? house : this.#open();
  }

  async play(step: Command): Promise<void> {
    const { house, store } = this;
    const model = house.models.alive().at(-1);
    switch (step.do) {
      case 'send':
        this.#ids += 1;
        return house.send(`m${this.#ids}`, { options: step.options });
      case 'resend':
        return house.send(`m${(step.which % (this.#ids + 1)) + 1}`);
      case 'withdraw':
        return house.withdraw(`m${(step.which % (this.#ids + 1)) + 1}`);
      case 'abort':
        return house.abort();
      case 'resume':
        return house.resume();
      case 'sync':
        return house.actor.send({ type: 'sync.asked', reply: null });
      case 'drain':
        return house.actor.send({ type: 'conversation.drain' });
      case 'restart':
        return this.restart();
      case 'chunk':
        return model?.say(chunk('run-1', { message_type: 'assistant_message' }));
      case 'wait':
        return model?.say({ type: 'step.waiting', environment: 'laptop' });
      case 'answer':
        return model && house.reply('hi');
      case 'propose':
        this.#calls += 2;
        return model && house.propose(`c${this.#calls}`, `c${this.#calls + 1}`);
      case 'endTools':
        for (const id of house.runningTools()) house.endTool(id);
        return;
      case 'allow':
      case 'deny':
        for (const id of this.#asked()) house.decide(id, step.do);
        return;
      case 'fail':
        return model && house.fail(step.cause);
      case 'failStore':
        store.works = false;
        return;
      case 'mendStore':
        store.works = true;
        return;
      case 'holdDesk':
        store.holdsDesk = true;
        return;
      case 'release':
        store.holdsDesk = false;
        return store.release();
      case 'pass':
        return house.clock.advance(step.ms);
      case 'rest':
        return settle();
    }
  }

  restart(): void {
    this.houses.at(-1)?.actor.stop();
    this.store.settleCutOffCalls();
    this.#open();
  }

  /** Everybody does what is asked of them, until nothing is left to do. */
  async finish(): Promise<void> {
    for (let round = 0; round < 100; round += 1) {
      for (const step of ['mendStore', 'release', 'endTools', 'allow', 'answer', 'resume'] as const)
        await this.play({ do: step });
      await settle();
      if (this.house.state().conversation === 'drained') this.restart();
      if (this.house.state().conversation === 'idle') return;
      this.house.clock.advance(5_000);
      await settle();
    }
    throw new Error(`it does not come to rest: ${JSON.stringify(this.house.state())}`);
  }

  #open(): House {
    const house = openHouse({ store: this.store, judge });
    this.houses.push(house);
    return house;
  }

  #asked(): string[] {
    return this.house.lines
      .filter((line) => line.startsWith('control_request'))
      .map((line) => line.split(' ')[1] ?? '');
  }
}

describe('a conversation in a restless world', () => {
  test('TURN-28 whatever happens in whatever order, each accepted input runs in one turn or is withdrawn', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(command, { minLength: 5, maxLength: 40 }), async (commands) => {
        const world = new World();
        for (const step of commands) await world.play(step);
        await world.finish();
        const { rows, turns } = world.store;

        // Nothing accepted is lost, nothing withdrawn runs.
        for (const { state, turn } of rows)
          expect([state, turn !== null]).toEqual([state, state === 'ended']);
        expect([...turns.values()].every(({ open }) => !open)).toBe(true);
        // Turns are taken in the order of acceptance, and only equal options share one.
        const ofTurn = [...turns.keys()].map((id) => rows.filter(({ turn }) => turn === id));
        for (const one of ofTurn) expect(new Set(one.map(({ item }) => item.optionsKey)).size).toBe(1);
        // No tool is run again, and no two that conflict at once.
        const ran = world.houses.flatMap(({ tools }) => tools.lives.map(({ input }) => input.callId));
        expect(new Set(ran).size).toBe(ran.length);
        for (const { lines } of world.houses) expectOrder(lines);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});

/** What can be said of every life of a conversation, whatever happened in it. */
function expectOrder(lines: readonly string[]): void {
  lines.forEach((line, i) => {
    // The state that ends a turn is shown before its end.
    if (line.startsWith('turn_finished')) {
      const shown = lines.slice(0, i).findLast((one) => one.startsWith('LS'));
      expect(shown ?? 'LS WAITING_ON_INPUT').toBe('LS WAITING_ON_INPUT');
    }
    const [, status, ids] = line.split(' ');
    if (line.startsWith('LS') && ids) {
      const shells = ids.split(',').filter((id) => Number(id.slice(1)) % 2 === 0);
      expect(shells.length, line).toBeLessThanOrEqual(1);
      expect(status).not.toBe('WAITING_ON_APPROVAL');
    }
  });
}

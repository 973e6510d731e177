import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from '../../../src/client/index.ts';
import type { Violation } from '../checks/violation.ts';
import { House, TOKEN } from '../house/house.ts';
import { filesLeft, processesLeft } from '../house/leftovers.ts';
import { callsAtRisk } from '../house/stores.ts';
import { Books } from '../people/books.ts';
import { Conversation, isAtRest, type Place } from '../people/conversation.ts';
import { Signals } from '../people/signals.ts';
import { Story } from '../people/story.ts';
import type { ProcessName } from '../plan/faults.ts';
import { settle } from '../run/rest.ts';
import { checkFacts, compare, gatherFacts, readTranscripts } from '../run/verify.ts';
import type { Scene, Sequence } from './sequence.ts';
import { type Aim, aimAt } from './target.ts';

/** What came of one telling. */
export interface Telling {
  /** Points that were passed; when it was not struck, these are all. */
  points: number;
  /** Between which two points it was struck; null when it was not. */
  struck: string | null;
  violations: Violation[];
  story: string[];
}

export interface StandOptions {
  /** What a struck process has not synced is lost too. */
  cutsPower?: boolean;
  /** See `HouseOptions`. */
  plant?: string;
}

/** Hub and host wait so many times shorter than they do for people. */
const HURRY = 5;
const QUIET_MS = 150;
const LOOK_EVERY_MS = 5;
/** Everybody must have been answered by then, in milliseconds. */
const PLAY_MS = 60_000;

/** A hub and a host that are struck and come back, for one telling after the other. */
export class Stand {
  readonly house: House;
  readonly #story: Story;
  readonly #agentId: string;
  readonly #cutsPower: boolean;
  #tellings = 0;
  #onDeath: (name: ProcessName, text: string) => void = () => undefined;

  private constructor(house: House, story: Story, agentId: string, cutsPower: boolean) {
    this.house = house;
    this.#story = story;
    this.#agentId = agentId;
    this.#cutsPower = cutsPower;
  }

  static async build({ cutsPower = false, plant }: StandOptions = {}): Promise<Stand> {
    let hear: (name: ProcessName, text: string) => void = () => undefined;
    const house = await House.build({
      hurry: HURRY,
      hosts: ['alpha'],
      points: true,
      marks: cutsPower,
      ...(plant ? { plant } : {}),
      onDeath: (text, name) => hear(name, text),
    });
    await house.start();
    const { id } = await createClient({ url: house.links.people.url, token: TOKEN }).agents.create({
      name: 'sequences',
    });
    const stand = new Stand(house, new Story(join(house.root, 'story.txt'), null), id, cutsPower);
    hear = (name, text) => stand.#onDeath(name, text);
    return stand;
  }

  /** Tells the sequence once, strikes at that point (null: never), lets everything come to rest, and checks. */
  async tell(sequence: Sequence, at: number | null): Promise<Telling> {
    this.#tellings += 1;
    const name = `${sequence.name}-${this.#tellings}`;
    const place: Place = {
      house: this.house,
      books: new Books(),
      signals: new Signals(),
      story: this.#story,
    };
    const aim = aimAt(this.house, sequence.target);
    const violations: Violation[] = [];
    this.#onDeath = (who, text) => {
      if (aim.isStruck()) return this.#bringBack(place, who);
      violations.push({ rule: 'G-12', kind: 'other', what: text, about: [name] });
    };
    const scripts = sequence.scripts(name);
    const jobs = scripts.map((script) => ({ do: 'send' as const, script, rush: false }));
    const plan = { name, isDefault: false, hosts: ['alpha' as const], mode: sequence.mode, jobs };
    const conversation = await Conversation.open(place, plan, this.#agentId);
    const [seat] = conversation.seats;
    if (!seat) throw new Error('nobody sits there');
    const scene: Scene = {
      ...{ place, conversation, seat, scripts },
      arm: () => aim.arm(at),
      async struck() {
        while (!aim.isStruck() && !conversation.sessions.every(isAtRest)) await sleep(LOOK_EVERY_MS);
        return aim.isStruck();
      },
    };
    const played = sequence.play(scene).then(() => true);
    const limit = new AbortController();
    const late = sleep(PLAY_MS, false, { signal: limit.signal }).catch(() => false);
    if (await Promise.race([played, late])) violations.push(...(await this.#comeToRest(conversation, aim)));
    else violations.push({ rule: 'G-1', kind: 'loss', what: 'somebody was not answered', about: [name] });
    limit.abort();
    const struck = aim.isStruck() ? aim.where() : null;
    const points = aim.count();
    if (violations.length === 0) {
      const transcripts = await readTranscripts(place, [conversation]);
      violations.push(
        ...(await compare(place, [conversation], transcripts)),
        ...checkFacts(gatherFacts(place, transcripts)),
        ...(sequence.check?.(scene) ?? []),
        ...place.books.seen.map((one): Violation => ({ rule: 'G-11', kind: 'other', ...one })),
      );
    }
    await conversation.close();
    const story = this.#story.about([name]);
    this.#story.forget();
    return { points, struck, violations, story };
  }

  /** Ends everything in order; tells what did not end well or was left behind. */
  async stop(): Promise<string[]> {
    this.#onDeath = () => undefined;
    return [...(await this.house.stop()), ...filesLeft(this.house), ...(await processesLeft(this.house))];
  }

  async remove(): Promise<void> {
    this.#onDeath = () => undefined;
    this.#story.close();
    await this.house.remove();
  }

  /** Nothing is struck any more when this is over. */
  async #comeToRest(conversation: Conversation, aim: Aim): Promise<Violation[]> {
    const before = aim.isStruck();
    const violations = await settle(this.house, [conversation], QUIET_MS);
    aim.disarm();
    // What keeps a link alive is a point too: it may have been struck when all was at rest already.
    if (violations.length > 0 || aim.isStruck() === before) return violations;
    return settle(this.house, [conversation], QUIET_MS);
  }

  /** It was struck: notes what it was cut off in, and starts it again. */
  #bringBack({ books, story }: Place, who: ProcessName): void {
    story.tell('chaos', `${who} was struck`, this.house.points[who].passed().slice(-2));
    this.house.points[who].disarm();
    if (this.#cutsPower)
      story.tell('chaos', `cut the power of ${who}`, `${this.house.cutPower(who)} pages lost`);
    if (who !== 'hub') {
      const atRisk = callsAtRisk(this.house.storeOf(who));
      books.kills.push({ host: who, at: story.now, atRisk });
    }
    this.house.nodes[who].start();
  }
}

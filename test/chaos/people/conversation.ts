import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, isBusy, type Session } from '../../../src/client/index.ts';
import { type House, TOKEN } from '../house/house.ts';
import type { HostName } from '../plan/faults.ts';
import type { Job } from '../plan/jobs.ts';
import type { PlannedConversation } from '../plan/plan.ts';
import type { PlannedCall, PlannedScript } from '../plan/script.ts';
import { Answerer } from './answerer.ts';
import type { Books, InputRecord } from './books.ts';
import { ForeignClient } from './foreign-client.ts';
import { leave } from './leave.ts';
import type { Signals } from './signals.ts';
import type { Story } from './story.ts';
import { watch } from './watcher.ts';

export interface Place {
  house: House;
  books: Books;
  signals: Signals;
  story: Story;
}

/** One conversation seen through one host: two people who both follow it. */
export interface Seat {
  host: HostName;
  environmentId: string;
  anna: Session;
  ben: Session;
  answerer: Answerer;
}

/** How long people wait for a message to be done before they go on, in milliseconds. */
const PATIENCE_MS = 15_000;
const LOOK_EVERY_MS = 60;

/** A conversation with its people: does the jobs that were planned for it until it is told to stop. */
export class Conversation {
  readonly plan: PlannedConversation;
  readonly id: string;
  readonly agentId: string;
  readonly seats: Seat[] = [];
  readonly #place: Place;
  readonly foreign: ForeignClient;
  readonly #unwatch: (() => void)[] = [];
  readonly #open = new Set<Promise<unknown>>();
  #isStopped = false;

  private constructor(
    place: Place,
    plan: PlannedConversation,
    ids: { id: string; agentId: string },
    environments: string[],
  ) {
    this.plan = plan;
    this.id = ids.id;
    this.agentId = ids.agentId;
    this.#place = place;
    const { links } = place.house;
    for (const [index, host] of plan.hosts.entries())
      this.seats.push(this.#sit(host, environments[index] ?? ''));
    this.foreign = new ForeignClient({
      who: `${plan.name} foreign`,
      url: links.others.url,
      environmentId: environments[0] ?? '',
      agentId: ids.agentId,
      conversationId: ids.id,
      story: place.story,
      onBreach: (what) => place.books.seen.push({ what, about: [plan.name] }),
    });
  }

  /** Makes the conversation at the hub and seats its people. Everything must be running. */
  static async open(place: Place, plan: PlannedConversation, agentId: string): Promise<Conversation> {
    const client = createClient({ url: place.house.links.people.url, token: TOKEN });
    const { id } = plan.isDefault ? { id: 'default' } : await client.conversations.create(agentId);
    const environments = await Promise.all(
      plan.hosts.map(async (host) => (await client.environments.get(host)).id),
    );
    const made = new Conversation(place, plan, { id, agentId }, environments);
    await Promise.all(made.sessions.map((session) => session.ready));
    if (plan.mode !== 'standard') await Promise.all(made.seats.map(({ anna }) => anna.setMode(plan.mode)));
    return made;
  }

  get sessions(): Session[] {
    return this.seats.flatMap(({ anna, ben }) => [anna, ben]);
  }

  /** True when every command was answered. */
  get isAnswered(): boolean {
    return this.#open.size === 0 && this.seats.every(({ answerer }) => !answerer.isWaiting);
  }

  /** Does one job after the other until told to stop. */
  async work(): Promise<void> {
    for (const [index, job] of this.plan.jobs.entries()) {
      if (this.#isStopped) return;
      const seat = this.seats[index % this.seats.length];
      if (!seat) return;
      const done = this.do(job, seat);
      this.#track(done);
      if (job.rush) continue;
      await Promise.race([done, sleep(PATIENCE_MS)]);
      await this.#idle(seat);
    }
  }

  /** Begins nothing more. */
  stop(): void {
    this.#isStopped = true;
  }

  async close(): Promise<void> {
    for (const { anna, ben } of this.seats) {
      anna.close();
      ben.close();
    }
    this.foreign.close();
    await Promise.all(this.seats.map(({ answerer }) => answerer.stop()));
    for (const unwatch of this.#unwatch) unwatch();
  }

  #sit(host: HostName, environmentId: string): Seat {
    const { house, books, signals, story } = this.#place;
    const target = { environment: environmentId, agent: this.agentId, conversation: this.id };
    const open = (link: 'people' | 'others'): Session =>
      createClient({ url: house.links[link].url, token: TOKEN }).session(target);
    const anna = open('people');
    const ben = open('others');
    const who = (name: string): string =>
      `${this.plan.name}${this.plan.hosts.length > 1 ? ` ${host}` : ''} ${name}`;
    const ledger = house.ledgerOf(host);
    const common = { conversation: this.plan.name, books, signals, story };
    this.#unwatch.push(watch({ ...common, who: who('anna'), session: anna, ledger }));
    this.#unwatch.push(watch({ ...common, who: who('ben'), session: ben, ledger }));
    const answerer = new Answerer({
      ...common,
      sessions: [
        { who: who('anna'), session: anna },
        { who: who('ben'), session: ben },
      ],
      newcomer: () => open('others'),
      calls: callsOf(this.plan),
    });
    return { host, environmentId, anna, ben, answerer };
  }

  /** Does one job; resolves when everything of it was answered, which may be long before it is done. */
  async do(job: Job, seat: Seat): Promise<void> {
    switch (job.do) {
      case 'send':
        return this.#send(seat, seat.anna, job.script);
      case 'burst': {
        const sent: Promise<void>[] = [];
        for (const [index, script] of job.scripts.entries()) {
          sent.push(this.#send(seat, index % 2 === 0 ? seat.anna : seat.ben, script));
          if (job.gapMs > 0) await sleep(job.gapMs);
        }
        await Promise.all(sent);
        return;
      }
      case 'repeat': {
        const first = this.#send(seat, seat.anna, job.script);
        await sleep(job.afterMs);
        await Promise.all([first, this.#send(seat, seat.ben, job.script)]);
        return;
      }
      case 'withdraw': {
        const sent = job.scripts.map((script) => this.#send(seat, seat.anna, script));
        await sleep(job.afterMs);
        const last = job.scripts.at(-1);
        await Promise.all([...sent, last ? this.withdraw(seat, last.id) : null]);
        return;
      }
      case 'abort':
        await this.#send(seat, seat.anna, job.script);
        await sleep(job.afterMs);
        return this.#abort(seat);
      case 'leave': {
        const record = this.#record(seat.host, job.script);
        const { agentId, id: conversationId } = this;
        const target = { environmentId: seat.environmentId, agentId, conversationId };
        const { ok, text } = await leave(
          this.#place.house.links.people.url,
          target,
          job.script,
          () => this.#isStopped,
        );
        return this.#noteAccepted(record, ok, text);
      }
      case 'foreign': {
        // It sits at the first host, like a client that was given one address for good.
        const record = this.#record(this.plan.hosts[0] ?? seat.host, job.script);
        const answer = await this.foreign.send(job.script.id, job.script.text);
        return this.#noteAccepted(record, answer.accepted === true, JSON.stringify(answer));
      }
    }
  }

  async #send(seat: Seat, session: Session, script: PlannedScript): Promise<void> {
    const record = this.#record(seat.host, script);
    const accepted = await session.send(script.text, { clientMessageId: script.id });
    this.#noteAccepted(record, accepted.ok, JSON.stringify(accepted));
  }

  async withdraw(seat: Seat, id: string): Promise<void> {
    this.#place.signals.raise('withdrawn');
    this.#place.story.tell(this.plan.name, 'withdraws', id);
    const result = await seat.ben.withdraw(id);
    this.#place.books.inputs.get(id)?.withdrawals.push({ ...result, at: this.#place.story.now });
    this.#place.story.tell(this.plan.name, 'was told of the withdrawal', `${id} ${JSON.stringify(result)}`);
  }

  async #abort(seat: Seat): Promise<void> {
    this.#place.signals.raise('aborted');
    this.#place.story.tell(this.plan.name, 'aborts', { turn: seat.anna.view().loopStatus?.turn_id });
    const result = await seat.anna.abort();
    this.#place.story.tell(this.plan.name, 'was told of the abort', result);
  }

  #record(host: HostName, script: PlannedScript): InputRecord {
    const { books, signals, story } = this.#place;
    const record: InputRecord = books.inputs.get(script.id) ?? {
      script,
      conversation: this.plan.name,
      host,
      sentAt: story.now,
      acceptedAt: null,
      refusals: [],
      withdrawals: [],
      endings: new Set(),
    };
    books.inputs.set(script.id, record);
    story.tell(this.plan.name, 'sends', `${script.id} to ${host}`);
    // After the bytes have left.
    setImmediate(() => signals.raise('sent'));
    return record;
  }

  #noteAccepted(record: InputRecord, ok: boolean, text: string): void {
    const { signals, story } = this.#place;
    story.tell(this.plan.name, ok ? 'accepted' : 'refused', `${record.script.id} ${text}`);
    if (ok) record.acceptedAt ??= story.now;
    else record.refusals.push(text);
    if (ok) signals.raise('input_accepted');
  }

  async #idle(seat: Seat): Promise<void> {
    const until = performance.now() + PATIENCE_MS;
    while (!this.#isStopped && performance.now() < until && !isAtRest(seat.anna)) {
      tend(seat);
      await sleep(LOOK_EVERY_MS);
    }
  }

  #track(work: Promise<unknown>): void {
    this.#open.add(work);
    void work.then(() => this.#open.delete(work));
  }
}

/** True when nothing of the conversation moves, by what this client is shown. */
export function isAtRest(session: Session): boolean {
  const { link, environment, queue, held, approvals } = session.view();
  const isOpen = isBusy(session.view()) || queue.length > 0 || held.length > 0 || approvals.length > 0;
  return link === 'live' && environment?.status === 'online' && !isOpen;
}

/** What an attentive person does: looks at a link that is away, and lets a paused queue go on. */
export function tend({ anna, ben }: Seat): void {
  for (const session of [anna, ben]) if (session.view().link === 'settling') session.probe();
  if (anna.view().link === 'live' && anna.view().queue.some(({ paused }) => paused)) void anna.resumeQueue();
}

function callsOf({ jobs }: PlannedConversation): Map<string, PlannedCall> {
  const scripts = jobs.flatMap((job) => ('scripts' in job ? job.scripts : [job.script]));
  return new Map(scripts.flatMap(({ calls }) => calls.map((call) => [call.tag, call])));
}

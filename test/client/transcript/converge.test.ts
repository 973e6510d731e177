import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Frame } from '../../../machines/ports.ts';
import { emptyTranscript, reduceFrame, type Transcript } from '../../../src/client/transcript.ts';
import { HubModel, type Step, story } from './story.ts';

/** Where a client is cut off and how it comes back, in percent of the story. */
interface Cut {
  from: number;
  length: number;
  by: 'ring' | 'snapshot';
  /** Events that the hub sends although the client has them. */
  overlap: number;
}

const percent = fc.integer({ min: 0, max: 99 });

const cut: fc.Arbitrary<Cut> = fc.record({
  from: percent,
  length: fc.integer({ min: 1, max: 50 }),
  by: fc.constantFrom('ring' as const, 'snapshot' as const),
  overlap: fc.integer({ min: 0, max: 4 }),
});

/** Plays the story to one client that is away where `cuts` say so. It is there at the end. */
function watch(steps: Step[], cuts: Cut[]): Transcript {
  const model = new HubModel();
  const away = steps.map((_, i) => cuts.find((one) => isIn(one, (100 * i) / steps.length)));
  const missed: Frame[] = [];
  const past: Frame[] = [];
  let cutOff: Cut | undefined;
  let client = reduceFrame(emptyTranscript, model.snapshot('life.0'));
  const comeBack = () => {
    if (!cutOff) return;
    const last = past.at(-1)?.cursor ?? 'life.0';
    const resend =
      cutOff.by === 'ring'
        ? [...past.slice(0, past.length - missed.length).slice(-cutOff.overlap || past.length), ...missed]
        : [];
    if (cutOff.by === 'snapshot') client = reduceFrame(client, model.snapshot(String(last)));
    for (const frame of resend) client = reduceFrame(client, frame);
    missed.length = 0;
    cutOff = undefined;
  };
  steps.forEach((step, i) => {
    if (!away[i]) comeBack();
    cutOff ??= away[i];
    if ('hub' in step) {
      step.hub(model);
      return;
    }
    model.hear(step.event);
    past.push(step.event);
    if (cutOff) missed.push(step.event);
    else client = reduceFrame(client, step.event);
  });
  comeBack();
  return client;
}

const isIn = ({ from, length }: Cut, at: number) => at >= from && at < from + length;

/** What every client must agree on. Notes are said once; a gap may swallow them. */
const durable = ({ view }: Transcript) => ({
  entries: view.entries.filter(({ kind }) => kind !== 'note'),
  queue: view.queue,
  approvals: view.approvals,
  loopStatus: view.loopStatus,
  deviceStatus: view.deviceStatus,
});

test('SDK-3 clients with different interruptions end with equal entries', () => {
  fc.assert(
    fc.property(story, fc.array(cut, { maxLength: 4 }), (steps, cuts) => {
      expect(durable(watch(steps, cuts))).toEqual(durable(watch(steps, [])));
    }),
    { numRuns: 300 },
  );
});

test('SDK-3 over an outage that the ring covers nothing at all is lost, notes included', () => {
  fc.assert(
    fc.property(story, fc.array(cut, { maxLength: 4 }), (steps, cuts) => {
      const covered = cuts.map((one) => ({ ...one, by: 'ring' as const }));
      expect(watch(steps, covered)).toEqual(watch(steps, []));
    }),
    { numRuns: 200 },
  );
});

test('SDK-2 events that come twice change nothing', () => {
  fc.assert(
    fc.property(story, fc.infiniteStream(fc.boolean()), (steps, twice) => {
      const events = steps.flatMap((step) => ('event' in step ? [step.event] : []));
      const flags = twice[Symbol.iterator]();
      const once = events.reduce(reduceFrame, emptyTranscript);
      let client = emptyTranscript;
      events.forEach((event, i) => {
        client = reduceFrame(client, event);
        if (flags.next().value) client = events.slice(Math.max(0, i - 3), i + 1).reduce(reduceFrame, client);
      });
      expect(client).toEqual(once);
    }),
    { numRuns: 100 },
  );
});

test('SDK-4 a snapshot alone shows what who watched everything shows', () => {
  fc.assert(
    fc.property(story, percent, (steps, part) => {
      const seen = steps.slice(0, Math.ceil((steps.length * part) / 100));
      const model = new HubModel();
      for (const step of seen) {
        if ('hub' in step) step.hub(model);
        else model.hear(step.event);
      }
      const fresh = reduceFrame(emptyTranscript, model.snapshot('life.999'));
      const watched = watch(seen, []);
      const texts = ({ view }: Transcript) =>
        view.entries.map(({ key }) => key).filter((key) => !key.startsWith('note:'));
      // The hub's own run may be ahead of what was passed on, never behind.
      expect(texts(fresh)).toEqual(
        expect.arrayContaining(texts(watched).filter((key) => key.startsWith('user:'))),
      );
      // The device status that lists a question follows right behind the question.
      const asking = seen.some(
        (step, i) => 'event' in step && step.event.type === 'control_request' && i > seen.length - 4,
      );
      if (!asking) expect(fresh.view.approvals).toEqual(watched.view.approvals);
    }),
  );
});

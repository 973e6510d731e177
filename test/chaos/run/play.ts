import { join } from 'node:path';
import type { Facts, Violation } from '../checks/violation.ts';
import { House } from '../house/house.ts';
import type { ChaosOptions } from '../options.ts';
import { Books } from '../people/books.ts';
import { Signals } from '../people/signals.ts';
import { Story } from '../people/story.ts';
import { makePlan } from '../plan/plan.ts';
import { playRound } from './round.ts';
import { count, nothing, type Summary } from './summary.ts';

/** Hub and hosts wait so many times shorter than they do for people. */
const HURRY = 5;
/** Lines of a story that are told; the file has all. */
const LINES = 120;

export interface Played {
  summary: Summary;
  violations: (Violation & { story: string[] })[];
  /** Where everything lies; null when it was removed. */
  folder: string | null;
}

/** Plays the whole of a plan, round after round, and ends with the first round in which a promise was broken. */
export async function play(
  options: ChaosOptions,
  tell: (text: string) => void = () => undefined,
): Promise<Played> {
  const plan = makePlan(options.seed, options.kills, options.power);
  const began = performance.now();
  const isOver = (): boolean =>
    options.minutes !== null && performance.now() - began > options.minutes * 60_000;
  const summary = nothing(plan, options);
  const deaths: string[] = [];
  const house = await House.build({
    hurry: HURRY,
    marks: options.power,
    onDeath: (text) => deaths.push(text),
  });
  const story = new Story(join(house.root, 'story.txt'), options.verbose ? tell : null);
  const violations: Played['violations'] = [];
  try {
    for (const [index, round] of plan.rounds.entries()) {
      if (isOver() || violations.length > 0) break;
      const books = new Books();
      const played = await playRound({ house, books, signals: new Signals(), story }, round, isOver);
      count(summary, played);
      tell(
        `round ${index + 1} of ${plan.rounds.length}: ${summary.kills} kills, ${summary.inputs} inputs, ${played.violations.length} violations`,
      );
      const died = deaths.map((what): Violation => ({ rule: 'G-12', kind: 'other', what, about: [] }));
      for (const violation of [...played.violations, ...died])
        violations.push({ ...violation, story: tellStory(story, violation, played.facts) });
      story.forget();
    }
  } finally {
    summary.seconds = Math.round((performance.now() - began) / 1000);
    story.close();
    await house.remove(options.keep || violations.length > 0);
  }
  summary.violations = violations.length;
  return { summary, violations, folder: options.keep || violations.length > 0 ? house.root : null };
}

/** All that was told about what it is about: of a message also about its turn and its calls. */
function tellStory(story: Story, { about }: Violation, facts: Facts | null): string[] {
  const turns = Object.values(facts?.hosts ?? {}).flatMap(({ inputs }) =>
    inputs.flatMap(({ id, turn }) => (turn !== null && about.includes(id) ? [turn] : [])),
  );
  const lines = story.about([...about.filter((name) => name.length > 3), ...turns]);
  return lines.length <= LINES
    ? lines
    : [...lines.slice(0, LINES), `… and ${lines.length - LINES} lines more in ${story.path}`];
}

import { fromPromise } from 'xstate';
import type { JudgeInput, Verdict } from '../../machines/ports.ts';

/** The port `judge` as an actor logic, to be given to a machine by `.provide()`. */
export function judgeActor(judge: (input: JudgeInput) => Promise<Verdict>) {
  return fromPromise<Verdict, JudgeInput>(({ input }) => judge(input));
}

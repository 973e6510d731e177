import { contains } from './contains.ts';
import type { Case, Step } from './decision.ts';

/** What the mode settles by itself, before any rule that allows. */
export const modeStep: Step = (judged) => {
  const { call, mode } = judged;
  if (mode === 'strict') return { kind: 'ask', reason: 'Strict mode asks for every call.', lasting: true };
  if (mode === 'unrestricted') return { kind: 'allow', reason: 'Allowed by unrestricted mode.' };
  if (mode === 'acceptEdits' && call.class === 'editing' && outsidePlace(judged) === undefined) {
    return { kind: 'allow', reason: 'Allowed by acceptEdits mode: inside the working directory.' };
  }
  return undefined;
};

/** What is left, in standard and acceptEdits: reading inside is allowed, all else asks. */
export const defaultStep: Step = (judged) => {
  const { call, mode } = judged;
  const outside = outsidePlace(judged);
  const isReading = call.class === 'reading' || call.class === 'searching';
  if (isReading && outside === undefined) {
    return { kind: 'allow', reason: 'Reading inside the working directory is allowed.' };
  }
  const reason =
    outside === undefined
      ? `${call.name} asks in ${mode} mode.`
      : `${outside} is outside the working directory and the additional directories.`;
  return { kind: 'ask', reason, lasting: false };
};

function outsidePlace({ call, inside }: Case): string | undefined {
  return call.real.find((place) => !inside.some((dir) => contains(dir, place)));
}

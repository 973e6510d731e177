/** What people and the model are told of a call that was cut off (SPEC.md, CALL). It is never run again by us. */
export const UNKNOWN_OUTCOME = {
  status: 'error',
  text:
    'Outcome unknown: the host stopped while this ran. It may have run fully, partly or not at all. ' +
    'Check before you repeat it.',
  outcome: 'unknown',
} as const;

/** What `server --inspect` opens: a page of our own, or Stately's inspector. */
export const inspectModes = ['page', 'stately'] as const;
export type InspectMode = (typeof inspectModes)[number];

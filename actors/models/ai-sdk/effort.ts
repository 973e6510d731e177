/** The reasoning efforts that every provider's own scale is mapped from. */
const EFFORTS = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'] as const;
export type Effort = (typeof EFFORTS)[number];

export function isEffort(text: string): text is Effort {
  return (EFFORTS as readonly string[]).includes(text);
}

export function describeUnknownEffort(text: string): string {
  return `There is no reasoning effort "${text}". It is one of ${EFFORTS.join(', ')}.`;
}

/** Until usage tells better. */
const CHARS_PER_TOKEN = 4;
/** A prompt fills at most this part of the model's window. */
const FULL = 0.75;
/**
 * Once it is full, whole turns are left out down to here. Cutting to the brim would change the beginning of every
 * prompt from then on, and providers then read all of it anew each time instead of from their cache.
 */
const AFTER_CUT = 0.6;

/** What messages may take, in characters. `taken` is what system, memory and tools need. */
export interface Budget {
  full: number;
  afterCut: number;
}

export function budgetOf(windowTokens: number, charsPerToken: number | null, taken: number): Budget {
  const window = windowTokens * (charsPerToken ?? CHARS_PER_TOKEN);
  return { full: Math.max(0, window * FULL - taken), afterCut: Math.max(0, window * AFTER_CUT - taken) };
}

/** Below this many tokens the marks around messages weigh more than the text. */
const ENOUGH_TOKENS = 500;

/** Characters per token as a finished step tells them; null when it tells too little. */
export function measured(promptChars: number, promptTokens: number): number | null {
  if (promptTokens < ENOUGH_TOKENS) return null;
  return Math.min(10, Math.max(1, promptChars / promptTokens));
}

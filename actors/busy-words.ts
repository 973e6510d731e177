/** Letta's API has no code for it, only words (protocol.md, preface and 5.2 e). */
const WORDS = ['is currently being processed', 'busy with another active run'];

/** True when a hub says that another run of the conversation is under way, and that a step must wait for its end. */
export function saysBusy(text: string): boolean {
  const lower = text.toLowerCase();
  return WORDS.some((words) => lower.includes(words));
}

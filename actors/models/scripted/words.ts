/** Splits a text into the chunks in which it is streamed: a word each, with the space before it. Joined they are the text. */
export function words(text: string): string[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

import type { StateShape } from './describe-machine.ts';

/** Pixels. Text is in a monospaced face, so that its width is known before anything is drawn. */
export const FONT_SIZE = 13;
export const CHAR_WIDTH = 8;
export const LINE = 17;
export const PADDING = 10;
export const HEADER = 28;
export const LABEL_FONT_SIZE = 11;
export const LABEL_CHAR_WIDTH = 6.8;
export const LABEL_LINE = 14;

/** What is written in the box of a state: its name, then the actors that live as long as it. */
export function stateLines({ key, invokes }: StateShape): string[] {
  return [key, ...invokes.map(({ id }) => `▸ ${id}`)];
}

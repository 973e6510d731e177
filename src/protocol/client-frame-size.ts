/** A frame of a client above this many characters is refused. */
export const MAX_CLIENT_FRAME_CHARS = 8 * 1024 * 1024;

/** What such a frame may take on the wire: no character is longer than three bytes for each of its UTF-16 units. */
export const MAX_CLIENT_FRAME_BYTES = 3 * MAX_CLIENT_FRAME_CHARS;

/** Why a frame of so many characters is refused; null for one that is not. */
export function frameTooLarge(chars: number): string | null {
  if (chars <= MAX_CLIENT_FRAME_CHARS) return null;
  return `the frame has ${chars} characters; the limit is ${MAX_CLIENT_FRAME_CHARS}. Send less, or put it into a file`;
}

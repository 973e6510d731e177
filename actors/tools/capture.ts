/** Room for the line that tells how much was cut. */
const NOTE = 60;

/** Keeps the head and the tail of a text of any length. Its memory does not grow beyond the limit. */
export interface Capture {
  push(text: string): void;
  /** At most `limit` characters: all of it, or head and tail and between them how many were cut. */
  text(): string;
  /** The last `limit` characters. */
  tail(): string;
}

/** Characters are UTF-16 units, as in `String.length`; a surrogate pair is never split. */
export function createCapture(limit: number): Capture {
  const half = Math.floor((limit - NOTE) / 2);
  let total = 0;
  let head = '';
  let headIsFull = false;
  let rest = '';

  return {
    push(text) {
      total += text.length;
      let more = text;
      if (!headIsFull) {
        const taken = beginningOf(text, half - head.length);
        head += taken;
        more = text.slice(taken.length);
        headIsFull = more !== '';
      }
      rest = more.length >= limit ? more.slice(-limit) : (rest + more).slice(-limit);
    },
    text() {
      if (total <= limit) return head + rest;
      const tail = endOf(rest, half);
      return `${head}\n[${total - head.length - tail.length} characters cut]\n${tail}`;
    },
    tail() {
      return endOf(head.length + rest.length === total ? head + rest : rest, limit);
    },
  };
}

/** The first `size` characters, one less where that would split a surrogate pair. */
export function beginningOf(text: string, size: number): string {
  if (text.length <= size) return text;
  const last = text.charCodeAt(size - 1);
  return text.slice(0, last >= 0xd800 && last <= 0xdbff ? size - 1 : size);
}

function endOf(text: string, size: number): string {
  if (text.length <= size) return text;
  const first = text.charCodeAt(text.length - size);
  return text.slice(text.length - (first >= 0xdc00 && first <= 0xdfff ? size - 1 : size));
}

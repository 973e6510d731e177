import type { Piece } from '../serve/piece.ts';

/** The server will not give it, and asking again changes nothing. The message is its own. */
export class Refused extends Error {
  override name = 'Refused';
}

/** What the server sends of the recording, as it comes. Rejects with `Refused`, else when the connection breaks. */
export async function* fetchPieces(key: string): AsyncGenerator<Piece, void, undefined> {
  const answer = await fetch('./data', { headers: { authorization: `Bearer ${key}` } });
  if (!answer.ok || answer.body === null) throw new Refused(await answer.text());
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest: string[] = [];
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      const parts = value.split('\n');
      for (const part of parts.slice(0, -1)) {
        yield JSON.parse([...rest, part].join('')) as Piece;
        rest = [];
      }
      rest.push(parts.at(-1) ?? '');
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

import type { Piece } from '../../inspector/serve/piece.ts';

/** What an inspector serves, read as its page does. `end` closes the connection. */
export interface InspectorReader {
  /** The next piece; undefined at the end. */
  next(): Promise<Piece | undefined>;
  /** Reads on until a piece fits. */
  until(fits: (piece: Piece) => boolean): Promise<Piece>;
  end(): void;
}

/** Opens the address that was printed, ticket and all. */
export async function readInspector(printed: string): Promise<InspectorReader> {
  const url = new URL(/http:\/\/127\.0\.0\.1:\d+\/#\S+/.exec(printed)?.[0] ?? '');
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } });
  const opened = await fetch(new URL('/open', url), { method: 'POST', ...bearer(url.hash.slice(1)) });
  const gone = new AbortController();
  const answer = await fetch(new URL('/data', url), {
    ...bearer(await opened.text()),
    signal: gone.signal,
  });
  if (!answer.ok || !answer.body) throw new Error(`${answer.status}: ${await answer.text()}`);
  const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
  const lines: string[] = [];
  let rest = '';
  const next = async (): Promise<Piece | undefined> => {
    while (lines.length === 0) {
      const { done, value } = await reader.read();
      if (done) return undefined;
      const parts = (rest + value).split('\n');
      rest = parts.pop() ?? '';
      lines.push(...parts);
    }
    return JSON.parse(lines.shift() ?? '') as Piece;
  };
  return {
    next,
    async until(fits) {
      for (let piece = await next(); piece !== undefined; piece = await next()) if (fits(piece)) return piece;
      throw new Error('it ended without what was waited for');
    },
    end: () => gone.abort(),
  };
}

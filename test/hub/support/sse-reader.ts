/** A chunk of a stream as it came, or `[DONE]`. */
export type Chunk = Record<string, unknown> & { message_type: string };

/** The id of the call that a chunk is about. */
export function callIdOf(chunk: Chunk | undefined): string {
  return (chunk?.tool_call as { tool_call_id?: string } | undefined)?.tool_call_id ?? '';
}

export interface SseReader {
  /** Everything that came so far. */
  chunks: Chunk[];
  /** True once `[DONE]` came. */
  done(): boolean;
  /** The next chunk that fits, from the beginning; waits for it. Throws when the stream ends before. */
  until(fits: (chunk: Chunk) => boolean): Promise<Chunk>;
  /** Reads to the end and gives all chunks but pings. */
  all(): Promise<Chunk[]>;
  drop(): void;
}

/** Reads a response of server-sent events as it comes. */
export function readSse(response: Response, abort: AbortController): SseReader {
  const chunks: Chunk[] = [];
  let isDone = false;
  let isOver = false;
  let news: (() => void)[] = [];
  const tell = (): void => {
    for (const listener of news) listener();
    news = [];
  };
  const read = (async () => {
    const decoder = new TextDecoder();
    let text = '';
    try {
      for await (const piece of response.body as unknown as AsyncIterable<Uint8Array>) {
        text += decoder.decode(piece, { stream: true });
        const frames = text.split('\n\n');
        text = frames.pop() ?? '';
        for (const frame of frames) {
          const data = frame.replace(/^data: /, '');
          if (data === '[DONE]') isDone = true;
          else chunks.push(JSON.parse(data) as Chunk);
        }
        tell();
      }
    } catch {
      // A stream that was cut is over as well; what came of it counts.
    } finally {
      isOver = true;
      tell();
    }
  })();
  return {
    chunks,
    done: () => isDone,
    async until(fits) {
      for (;;) {
        const found = chunks.find(fits);
        if (found) return found;
        if (isOver) throw new Error(`the stream ended with ${JSON.stringify(chunks.slice(-3))}`);
        await new Promise<void>((resolve) => news.push(resolve));
      }
    },
    async all() {
      await read;
      return chunks.filter(({ message_type }) => message_type !== 'ping');
    },
    drop: () => abort.abort(),
  };
}

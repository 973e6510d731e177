import { once } from 'node:events';
import { WebSocket } from 'ws';
import { TOKEN } from './bench-home.ts';
import type { Runtime } from './rest.ts';

/** A client on one socket that looks at frames as text, so that what is measured is not its own reading. */
export class BenchClient {
  readonly ws: WebSocket;
  readonly #watchers = new Set<(text: string) => void>();
  #requests = 0;

  private constructor(ws: WebSocket) {
    this.ws = ws;
    ws.on('message', (data) => {
      const text = String(data);
      for (const watch of [...this.#watchers]) watch(text);
    });
  }

  static async open(url: string, environment: string): Promise<BenchClient> {
    const ws = new WebSocket(
      `${url.replace('http', 'ws')}/v1/environments/${environment}/status/ws`,
      ['signalbox'],
      { headers: { authorization: `Bearer ${TOKEN}` }, perMessageDeflate: false },
    );
    const client = new BenchClient(ws);
    await once(ws, 'open');
    return client;
  }

  /** Resolves with the first frame from now on that holds `part`. */
  sees(part: string): Promise<string> {
    return new Promise((resolve) => {
      const watch = (text: string): void => {
        if (!text.includes(part)) return;
        this.#watchers.delete(watch);
        resolve(text);
      };
      this.#watchers.add(watch);
    });
  }

  /** Every frame as it comes. Returns the end of it. */
  watch(listener: (text: string) => void): () => void {
    this.#watchers.add(listener);
    return () => this.#watchers.delete(listener);
  }

  /** Follows a conversation; resolves with the answer once it and the snapshot, if one comes, are here. */
  async follow(runtime: Runtime, cursor: string | null = null): Promise<string> {
    const requestId = this.#nextId();
    const answered = this.sees(`"${requestId}"`);
    const snapshot = this.sees('"type":"snapshot"');
    this.ws.send(JSON.stringify({ type: 'resume', request_id: requestId, runtime, cursor }));
    const answer = await answered;
    if (answer.includes('"gap"')) await snapshot;
    return answer;
  }

  /** Sends a message; returns the id under which it is answered. */
  say(runtime: Runtime, content: string): string {
    const requestId = this.#nextId();
    const id = `cm-${requestId}`;
    const messages = [{ role: 'user', content, client_message_id: id, otid: id }];
    this.ws.send(
      JSON.stringify({
        type: 'input',
        request_id: requestId,
        runtime,
        payload: { kind: 'create_message', messages },
      }),
    );
    return requestId;
  }

  /** One turn, from the send to `stop_reason` here, in milliseconds. It resolves when the turn is over. */
  async turn(runtime: Runtime, content: string, steps = 1): Promise<number> {
    const finished = this.sees('"type":"turn_finished"');
    const stopped = this.#stops(steps);
    const before = performance.now();
    this.say(runtime, content);
    const at = await stopped;
    const end = await finished;
    if (!end.includes('"stop_reason":"end_turn"')) throw new Error(`the turn went wrong: ${end}`);
    return at - before;
  }

  /** From the send to `input_accepted`, in milliseconds. It resolves when the turn is over. */
  async accepted(runtime: Runtime, content: string): Promise<number> {
    const finished = this.sees('"type":"turn_finished"');
    const told = this.sees('"type":"input_accepted"').then(() => performance.now());
    const before = performance.now();
    this.say(runtime, content);
    const at = await told;
    await finished;
    return at - before;
  }

  close(): void {
    this.ws.terminate();
  }

  /** Resolves with the time at which the `steps`-th model step told that it stopped. */
  #stops(steps: number): Promise<number> {
    return new Promise((resolve) => {
      let left = steps;
      const end = this.watch((text) => {
        if (!text.includes('"message_type":"stop_reason"')) return;
        left -= 1;
        if (left > 0) return;
        end();
        resolve(performance.now());
      });
    });
  }

  #nextId(): string {
    this.#requests += 1;
    return `r${this.#requests}`;
  }
}

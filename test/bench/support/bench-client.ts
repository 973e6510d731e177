import { once } from 'node:events';
import { WebSocket } from 'ws';
import { TOKEN } from './bench-home.ts';
import type { Runtime } from './rest.ts';

/** Turns on one socket. The hub lets a client send so many frames at once and then slows it down. */
const TURNS_A_SOCKET = 300;

/** A client that looks at frames as text, so that what is measured is not its own reading. */
export class BenchClient {
  readonly #url: string;
  readonly #watchers = new Set<(text: string) => void>();
  readonly #waiting = new Set<(error: Error) => void>();
  #ws: WebSocket | null = null;
  #requests = 0;
  #turns = 0;

  private constructor(url: string) {
    this.#url = url;
  }

  static async open(hub: string, environment: string): Promise<BenchClient> {
    const url = `${hub.replace('http', 'ws')}/v1/environments/${environment}/status/ws`;
    const client = new BenchClient(url);
    await client.connect();
    return client;
  }

  /** Opens a new socket in the place of the one there was. */
  async connect(): Promise<void> {
    this.close();
    const ws = new WebSocket(this.#url, ['signalbox'], {
      headers: { authorization: `Bearer ${TOKEN}` },
      perMessageDeflate: false,
    });
    this.#ws = ws;
    ws.on('message', (data) => {
      const text = String(data);
      for (const watch of [...this.#watchers]) watch(text);
    });
    await once(ws, 'open');
    ws.on('error', () => undefined);
    ws.on('close', (code) => this.#lost(ws, code));
  }

  /** Resolves with the first frame from now on that holds `part`. */
  sees(part: string): Promise<string> {
    return this.#until((text) => text.includes(part));
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
    this.#send({ type: 'resume', request_id: requestId, runtime, cursor });
    const answer = await answered;
    if (answer.includes('"gap"')) await snapshot;
    return answer;
  }

  /** Sends a message; returns the id under which it is answered. */
  say(runtime: Runtime, content: string): string {
    const requestId = this.#nextId();
    const id = `cm-${requestId}`;
    const messages = [{ role: 'user', content, client_message_id: id, otid: id }];
    const payload = { kind: 'create_message', messages };
    this.#send({ type: 'input', request_id: requestId, runtime, payload });
    return requestId;
  }

  /** One turn, from the send to `stop_reason` here, in milliseconds. It resolves when the turn is over. */
  async turn(runtime: Runtime, content: string, steps = 1): Promise<number> {
    await this.#renew(runtime);
    const finished = this.sees('"type":"turn_finished"');
    const stopped = this.#stops(steps);
    const before = performance.now();
    this.say(runtime, content);
    const end = await finished;
    if (!end.includes('"stop_reason":"end_turn"')) throw new Error(`the turn went wrong: ${end}`);
    return (await stopped) - before;
  }

  /** From the send to `input_accepted`, in milliseconds. It resolves when the turn is over. */
  async accepted(runtime: Runtime, content: string): Promise<number> {
    await this.#renew(runtime);
    const finished = this.sees('"type":"turn_finished"');
    const told = this.sees('"type":"input_accepted"').then(() => performance.now());
    const before = performance.now();
    this.say(runtime, content);
    const at = await told;
    const end = await finished;
    if (!end.includes('"stop_reason":"end_turn"')) throw new Error(`the turn went wrong: ${end}`);
    return at - before;
  }

  close(): void {
    const ws = this.#ws;
    this.#ws = null;
    ws?.terminate();
  }

  #send(frame: object): void {
    this.#ws?.send(JSON.stringify(frame));
  }

  async #renew(runtime: Runtime): Promise<void> {
    this.#turns += 1;
    if (this.#turns % TURNS_A_SOCKET > 0) return;
    await this.connect();
    await this.follow(runtime);
  }

  /** Resolves with the time at which the `steps`-th model step told that it stopped. */
  async #stops(steps: number): Promise<number> {
    let left = steps;
    let at = 0;
    await this.#until((text) => {
      if (!text.includes('"message_type":"stop_reason"')) return false;
      left -= 1;
      at = performance.now();
      return left === 0;
    });
    return at;
  }

  /** Resolves with the first frame that is the one; rejects when the socket is lost, so that no row waits for ever. */
  #until(isIt: (text: string) => boolean): Promise<string> {
    const found = new Promise<string>((resolve, reject) => {
      const settle = (): void => {
        end();
        this.#waiting.delete(fail);
      };
      const fail = (error: Error): void => {
        settle();
        reject(error);
      };
      const end = this.watch((text) => {
        if (!isIt(text)) return;
        settle();
        resolve(text);
      });
      this.#waiting.add(fail);
    });
    // Several wait at once, and whoever awaits the first of them has not come to the others yet.
    found.catch(() => undefined);
    return found;
  }

  #lost(ws: WebSocket, code: number): void {
    if (this.#ws !== ws) return;
    for (const fail of [...this.#waiting])
      fail(new Error(`the socket of the client was closed with ${code}`));
  }

  #nextId(): string {
    this.#requests += 1;
    return `r${this.#requests}`;
  }
}

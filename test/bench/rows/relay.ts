import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import type { BenchContext, Line } from '../row.ts';
import { statsOf } from '../stats.ts';
import { BenchClient } from '../support/bench-client.ts';
import { inHome } from '../support/bench-home.ts';
import { BenchHost } from '../support/bench-host.ts';
import { inTurn } from '../support/in-turn.ts';
import { newRuntime } from '../support/rest.ts';

const BARE = fileURLToPath(new URL('../bare/relay.ts', import.meta.url));
const FRAMES = 10_000;
/** Frames on their way at once: enough to keep everybody busy, fewer than the hub keeps for a slow client. */
const WINDOW = 512;

/** `stream_delta` frames from a host of ours through a hub of its own process to one client. */
export async function relay({ entry, say }: BenchContext): Promise<Line[]> {
  return inHome(entry, async (home) => {
    await home.hub();
    const runtime = await newRuntime(home.url);
    const host = new BenchHost(home.url, 'bench');
    await host.connect();
    const client = await BenchClient.open(home.url, host.environmentId);
    await client.follow(runtime);
    const delta = {
      id: 'message-0123456789',
      date: new Date().toISOString(),
      message_type: 'assistant_message',
      content: 'word ',
    };
    const frame = { type: 'stream_delta', runtime, delta, emitted_at: delta.date };

    const bare = home.run(BARE, []);
    const [, port] = await bare.says(/^Ready\. (\d+)$/m);
    const reader = new WebSocket(`ws://127.0.0.1:${port}/client`, { perMessageDeflate: false });
    const writer = new WebSocket(`ws://127.0.0.1:${port}/host`, { perMessageDeflate: false });
    await Promise.all([once(reader, 'open'), once(writer, 'open')]);
    const text = JSON.stringify({ ...frame, n: 1_000_000 });

    say(`${FRAMES} frames at a time`);
    const { ours, least } = await inTurn(
      {
        ours: () =>
          rate(
            () => host.send(frame),
            (listener) => client.watch((said) => void (said.includes('"stream_delta"') && listener())),
          ),
        least: () =>
          rate(
            () => writer.send(text),
            (listener) => {
              reader.on('message', listener);
              return () => reader.off('message', listener);
            },
          ),
      },
      { blocks: 12, inBlock: 1, warmUp: 3 },
    );
    client.close();
    host.drop();
    for (const ws of [reader, writer]) ws.terminate();
    await bare.stop();
    return [
      {
        work: 'relayed stream events',
        unit: '/s',
        ours: statsOf(ours),
        bare: statsOf(least),
        target: { least: 20_000 },
      },
    ];
  });
}

/** Events a second, with never more than the window on their way. */
function rate(send: () => void, watch: (listener: () => void) => () => void): Promise<number> {
  return new Promise((resolve) => {
    let sent = 0;
    let seen = 0;
    const began = performance.now();
    const fill = (): void => {
      while (sent < FRAMES && sent - seen < WINDOW) {
        send();
        sent += 1;
      }
    };
    const end = watch(() => {
      seen += 1;
      if (sent - seen <= WINDOW / 2) fill();
      if (seen < FRAMES) return;
      end();
      resolve((FRAMES / (performance.now() - began)) * 1000);
    });
    fill();
  });
}

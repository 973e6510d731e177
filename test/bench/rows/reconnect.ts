import { setTimeout as sleep } from 'node:timers/promises';
import { createClient, type Session } from '../../../src/client/index.ts';
import { CutProxy } from '../../chaos/house/proxy.ts';
import type { BenchContext, Line } from '../row.ts';
import { statsOf, tailOf } from '../stats.ts';
import { BenchClient } from '../support/bench-client.ts';
import { type BenchHome, inHome, TOKEN } from '../support/bench-home.ts';
import { newRuntime, type Runtime, rest } from '../support/rest.ts';

const HOSTS = 8;
const SESSIONS = 32;
const ROUNDS = 8;
/** What has been stable for this long begins its backoff anew: 10 s. */
const STABLE_MS = 11_000;

/**
 * The link is cut, and whole again at once. A host is consistent when a message that was sent at the cut has run to its
 * end; a client, when it shows the answer of a turn that ran while it was away. Hosts are processes of their own; clients
 * are sessions of the SDK.
 */
export async function reconnect({ entry, say }: BenchContext): Promise<Line[]> {
  return inHome(entry, async (home) => {
    await home.hub();
    const proxy = await CutProxy.open();
    proxy.upstream = Number(new URL(home.url).port);
    const sessions: Session[] = [];
    try {
      const away = await startHosts(home, proxy.url);
      const near = await startNear(home);
      const client = createClient({ url: proxy.url, token: TOKEN });
      for (let count = 0; count < SESSIONS; count += 1)
        sessions.push(client.session({ environment: 'near', conversation: near.runtime.conversation_id }));
      await Promise.all(sessions.map((session) => session.ready));
      const ofHosts: number[] = [];
      const ofClients: number[] = [];
      for (let round = 0; round < ROUNDS; round += 1) {
        say(`cut ${round + 1} of ${ROUNDS}`);
        await sleep(STABLE_MS);
        const before = performance.now();
        const past = async (done: Promise<unknown>): Promise<number> => {
          await done;
          return performance.now() - before;
        };
        await proxy.break({ how: 'reset', forMs: 0 });
        const text = `Round ${round}.`;
        const hosts = away.map(({ talk, runtime }) => past(talk.turn(runtime, '#script\nsay Hello.')));
        const clients = sessions.map((session) => past(shows(session, text)));
        await near.talk.turn(near.runtime, `#script\nsay ${text}`);
        ofHosts.push(...(await Promise.all(hosts)));
        ofClients.push(...(await Promise.all(clients)));
      }
      for (const { talk } of [...away, near]) talk.close();
      return [
        { work: 'host consistent after a cut, p50', unit: 'ms', ours: statsOf(ofHosts) },
        { work: 'host consistent after a cut, p99', unit: 'ms', ours: tailOf(ofHosts) },
        { work: 'client consistent after a cut, p50', unit: 'ms', ours: statsOf(ofClients) },
        {
          work: 'client consistent after a cut, p99',
          unit: 'ms',
          ours: tailOf(ofClients),
          note: 'of each, 1 s to 1.5 s is the wait before the first attempt; the spread of p99 is from p90 to the longest',
        },
      ];
    } finally {
      for (const session of sessions) session.close();
      await proxy.close();
    }
  });
}

interface Talk {
  talk: BenchClient;
  runtime: Runtime;
}

/** Hosts behind the proxy, each with a client that is not. */
async function startHosts(home: BenchHome, url: string): Promise<Talk[]> {
  const names = Array.from({ length: HOSTS }, (_, index) => `away-${index}`);
  await Promise.all(names.map((name) => startHost(home, url, name)));
  return Promise.all(names.map((name) => openTalk(home, name)));
}

async function startNear(home: BenchHome): Promise<Talk> {
  await startHost(home, home.url, 'near');
  return openTalk(home, 'near');
}

async function startHost(home: BenchHome, url: string, name: string): Promise<void> {
  await home.start(['server', '--hub', url, '--env-name', name]).says(/^Ready\./m);
}

async function openTalk(home: BenchHome, name: string): Promise<Talk> {
  const { id } = await rest<{ id: string }>(home.url, 'GET', `/v1/environments/${name}`);
  const talk = await BenchClient.open(home.url, id);
  const runtime = await newRuntime(home.url);
  await talk.follow(runtime);
  return { talk, runtime };
}

/** Resolves when the session is live and shows `text` as said by the agent. */
function shows(session: Session, text: string): Promise<void> {
  return new Promise((resolve) => {
    const end = session.subscribe(({ view }) => {
      const isThere = view.entries.some((entry) => entry.kind === 'assistant' && entry.text.includes(text));
      if (view.link !== 'live' || !isThere) return;
      end();
      resolve();
    });
  });
}

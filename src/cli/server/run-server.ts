import { rmSync } from 'node:fs';
import type { HostStatus } from '../../host/index.ts';
import type { Mode } from '../../protocol/modes.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { printable } from '../render/printable.ts';
import { version } from '../version.ts';
import { approvalLimitMs } from './approval-limit.ts';
import { findHub } from './find-hub.ts';
import type { InspectMode } from './inspect-modes.ts';
import type { ListenAddress } from './listen-address.ts';
import { openLog } from './open-log.ts';
import type { Inspecting } from './start-inspecting.ts';
import { onStopSignals } from './stop-signals.ts';
import { nextSteps, welcome } from './welcome.ts';

export interface ServerSetting {
  hub: string | undefined;
  home: string;
  project: string;
  envName: string;
  listen: ListenAddress;
  mode: Mode;
  trustProxy: boolean;
  debug: boolean;
  inspect?: InspectMode;
}

/** Runs a host, and the hub if there is none, until it is stopped; the answer is the exit code. */
export async function runServer(setting: ServerSetting): Promise<ExitCode> {
  const { home, project, envName, mode, debug } = setting;
  const log = openLog(home, 'remote', debug, { environment: envName });
  // Both take their time to load, and neither needs the other for it.
  const [{ startHost }, found] = await Promise.all([
    import('../../host/index.ts'),
    findHub(setting.hub, setting),
  ]);
  const inspecting = setting.inspect && openInspector(setting.inspect, log.path);
  const closeAll = async () => {
    await found.here?.close();
    log.close();
    await (await inspecting)?.close();
  };
  const facts = {
    version,
    host: { environment: envName, project, mode, log: log.path },
    hub: found.url,
    isHubHere: found.here !== null,
    model: found.here?.model ?? null,
  };
  say(welcome(facts));
  const tellStatus = createStatusLines();
  let isStopping = false;

  const host = await startHost({
    hub: { url: found.url, token: found.token },
    ...{ home, project, envName, mode, log, version },
    env: process.env,
    ...approvalLimitMs(home),
    onStatus: (status) => {
      if (!isStopping) tellStatus(status);
    },
  }).catch(async (error: unknown) => {
    await closeAll();
    // A session in which nothing happened would stand before the one that is looked for.
    rmSync(log.path, { force: true });
    throw error;
  });
  onStopSignals(
    () => {
      isStopping = true;
      say('Stopping; a running turn may end first. Once more stops at once.');
      void host.drain();
    },
    exitCodes.interrupted,
    () => host.drain(),
  );
  // Whoever is refused at the first connection says why when it stops; here it is only no reason to say "ready".
  host.ready.then(
    async () => {
      const notice = (await inspecting)?.notice;
      say(notice ? `  ${notice}\n${nextSteps(facts)}` : nextSteps(facts));
    },
    () => undefined,
  );
  const { code, reason } = await host.stopped;
  await closeAll();
  if (code === exitCodes.ok) return exitCodes.ok;
  process.stderr.write(`signalbox: ${explain(code, reason, envName)}\n`);
  return code === exitCodes.superseded ? exitCodes.superseded : exitCodes.failure;
}

/** A host works as well without anybody who watches it. */
async function openInspector(mode: InspectMode, log: string): Promise<Inspecting | null> {
  try {
    const { startInspecting } = await import('./start-inspecting.ts');
    return await startInspecting(mode, log);
  } catch (error) {
    process.stderr.write(`signalbox: the inspector could not be opened: ${(error as Error).message}\n`);
    return null;
  }
}

function explain(code: number, reason: string, envName: string): string {
  if (code !== exitCodes.superseded) return `the server stopped: ${reason}`;
  return (
    `another process took over the environment "${envName}", so this one stopped. ` +
    'If both are meant, give one of them another name with --env-name'
  );
}

/** Tells of the way to the hub when it changes. */
function createStatusLines(): (status: HostStatus) => void {
  let isLost = false;
  return ({ state, detail }) => {
    if (state === 'disconnected' || state === 'reconnecting') {
      if (!isLost) say('The hub is out of reach. Turns go on; coming back by itself.');
      isLost = true;
      // What a hub gives as its reason is its own text.
      if (state === 'reconnecting') say(printable(detail));
    }
    if (state === 'connected' && isLost) {
      isLost = false;
      say('Connected again.');
    }
  };
}

const say = (text: string): void => {
  process.stdout.write(`${text}\n`);
};

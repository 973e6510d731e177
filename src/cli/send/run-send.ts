import type { Client, Entry, Session, TurnResult, Update } from '../../client/index.ts';
import { CliError } from '../cli-error.ts';
import { asking } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { type Approver, createApprover, type Policy } from './approve.ts';
import { createEndWatch } from './end-watch.ts';
import { entriesSince, progressOf } from './progress.ts';

/** Where `send` writes to. */
export interface SendOutput {
  /** Called for every change. `since` is the transcript from our message on. */
  update(update: Update, since: readonly Entry[]): void;
  say(line: string): void;
  /** True while a question stands on the terminal. */
  hold(isHeld: boolean): void;
}

export interface SendSetting {
  client: Client;
  session: Session;
  text: string;
  policy: Policy;
  hasTerminal: boolean;
  /** Seconds; none when left out. */
  timeout: number | undefined;
  output: SendOutput;
}

export interface Sent {
  exitCode: ExitCode;
  clientMessageId: string;
  result: TurnResult | null;
  /** What keeps us from waiting on. */
  why: string | null;
}

type End = { exitCode: ExitCode; result?: TurnResult; why?: string };

/** Sends one message and follows it to its end, or to where it makes no sense to wait. */
export async function runSend(setting: SendSetting): Promise<Sent> {
  const { session, output } = setting;
  const clientMessageId = crypto.randomUUID();
  const end = Promise.withResolvers<End>();
  const stop = (why: string, exitCode: ExitCode) => end.resolve({ exitCode, why });
  const approver = createApprover({
    session,
    policy: setting.policy,
    clientMessageId,
    hasTerminal: setting.hasTerminal,
    say: output.say,
    hold: output.hold,
    leave: (why) =>
      stop(`${why}; the turn goes on once it is answered. Answer with: signalbox chat`, exitCodes.approval),
    fail: (why) => stop(why, exitCodes.approval),
  });
  const lookAgain = () => look({ view: session.view(), frame: null });
  const watch = createEndWatch(session, clientMessageId, lookAgain);
  const look = (update: Update) => {
    const { view } = update;
    output.update(update, entriesSince(view, clientMessageId));
    if (view.link === 'refused' || view.link === 'closed')
      return stop('the hub does not let us in any more; the turn goes on without us', exitCodes.failure);
    const progress = watch(update);
    if (progress.state === 'ended') end.resolve(judge(progress.result, approver));
    else if (progress.state === 'missed')
      void askForEnd(setting).then((result) => end.resolve(judge(result, approver)));
    else approver.look(view);
  };

  await asking(session.ready);
  const unsubscribe = session.subscribe(look);
  const interrupts = onInterrupt(setting, clientMessageId, (why) => stop(why, exitCodes.interrupted));
  const timer =
    setting.timeout === undefined
      ? undefined
      : setTimeout(
          () =>
            stop(`not finished after ${setting.timeout} s; the turn goes on without us`, exitCodes.timeout),
          setting.timeout * 1000,
        );
  try {
    const accepted = await session.send(setting.text, { clientMessageId });
    if (!accepted.ok)
      throw new CliError(
        accepted.error ?? 'refused',
        accepted.code === 'environment_offline' ? exitCodes.unreachable : exitCodes.failure,
      );
    if (accepted.held) {
      const { environment, until } = accepted.held;
      stop(
        `${environment} is offline; the hub keeps the message for it until ${until}`,
        exitCodes.unreachable,
      );
    }
    lookAgain();
    const { exitCode, result, why } = await end.promise;
    return { exitCode, clientMessageId, result: result ?? null, why: why ?? null };
  } finally {
    clearTimeout(timer);
    interrupts.stop();
    unsubscribe();
  }
}

function judge(result: TurnResult | null, approver: Approver): End {
  if (result === null)
    return {
      exitCode: exitCodes.turnFailed,
      why: 'the turn ended while the hub was away. See: signalbox chat',
    };
  const { stopReason, error } = result;
  if (stopReason === 'end_turn')
    return { exitCode: approver.denied ? exitCodes.approval : exitCodes.ok, result };
  const neverRan = ['withdrawn', 'expired', 'refused'].includes(stopReason);
  const what = neverRan ? `the message was ${stopReason}` : `the turn ended with ${stopReason}`;
  return {
    exitCode: neverRan ? exitCodes.failure : exitCodes.turnFailed,
    result,
    why: error ? `${what}: ${error}` : what,
  };
}

/** How the last run ended, from the hub: we were cut off when it was told. */
async function askForEnd({ client, session }: SendSetting): Promise<TurnResult | null> {
  const last = session.view().entries.findLast((entry) => 'runId' in entry && entry.runId !== null);
  if (!last || !('runId' in last) || last.runId === null) return null;
  try {
    const { stop_reason } = await client.runs.get(last.runId);
    return stop_reason ? { turnId: null, stopReason: stop_reason, error: null, usage: null } : null;
  } catch {
    return null;
  }
}

/** The first Ctrl-C stops what our message started, or takes it back; the second only leaves. */
function onInterrupt(setting: SendSetting, clientMessageId: string, stop: (why: string) => void) {
  let count = 0;
  const interrupt = () => {
    count += 1;
    if (count > 1) return stop('left; the turn may still run');
    const { session } = setting;
    const { state } = progressOf(session.view(), clientMessageId, false);
    setting.output.say('stopping; Ctrl-C again leaves at once');
    const asked = state === 'running' ? session.abort() : session.withdraw(clientMessageId);
    void asked.then((outcome) => stop(outcome.ok ? 'interrupted' : `not stopped: ${outcome.error}`));
  };
  process.on('SIGINT', interrupt);
  return { stop: () => process.off('SIGINT', interrupt) };
}

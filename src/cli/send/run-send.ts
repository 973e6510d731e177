import type { Client, Entry, Session, TurnResult, Update, View } from '../../client/index.ts';
import { CliError } from '../cli-error.ts';
import { asking } from '../connect.ts';
import { type ExitCode, exitCodes } from '../exit-codes.ts';
import { createApprover, type Policy } from './approve.ts';
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

/** What is waited for. */
type Stage = 'connecting' | 'sending' | 'running';

const LATE: Record<Stage, string> = {
  connecting: 'no connection to the environment through the hub',
  sending: 'the message was not accepted',
  running: 'not finished',
};
const WHAT_THEN: Record<Stage, string> = {
  connecting: '; the message was not sent',
  sending: '; it may still arrive',
  running: '; the turn goes on without us',
};

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
  let isLost = false;
  const look = (update: Update) => {
    const { view } = update;
    if (isLost !== (view.link === 'settling')) {
      isLost = !isLost;
      if (isLost) output.say('connection lost; coming back');
      else if (view.link === 'live') output.say('connected again');
    }
    output.update(update, entriesSince(view, clientMessageId));
    if (view.link === 'refused' || view.link === 'closed')
      return stop('the hub does not let us in any more; the turn goes on without us', exitCodes.failure);
    const progress = watch(update);
    if (progress.state === 'ended') end.resolve(judge(progress.result, wasDenied(view, clientMessageId)));
    else if (progress.state === 'missed')
      void askForEnd(setting).then((result) => end.resolve(judge(result, wasDenied(view, clientMessageId))));
    else approver.look(view);
  };

  let stage: Stage = 'connecting';
  const timer =
    setting.timeout === undefined
      ? undefined
      : setTimeout(
          () => stop(`${LATE[stage]} after ${setting.timeout} s${WHAT_THEN[stage]}`, exitCodes.timeout),
          setting.timeout * 1000,
        );
  const ended = end.promise.then(({ exitCode, result, why }) => ({
    ...{ exitCode, clientMessageId, result: result ?? null, why: why ?? null },
  }));
  let leave = () => {};
  try {
    if (await isFirst(ended, asking(session.ready))) return await ended;
    const unsubscribe = session.subscribe(look);
    const interrupts = onInterrupt(setting, clientMessageId, (why) => stop(why, exitCodes.interrupted));
    leave = () => {
      interrupts.stop();
      unsubscribe();
    };
    stage = 'sending';
    const sending = session.send(setting.text, { clientMessageId });
    if (await isFirst(ended, sending)) return await ended;
    const accepted = await sending;
    stage = 'running';
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
    return await ended;
  } finally {
    clearTimeout(timer);
    leave();
  }
}

/** True when `first` is fulfilled while `second` still waits. */
const isFirst = (first: Promise<unknown>, second: Promise<unknown>): Promise<boolean> =>
  Promise.race([second.then(() => false), first.then(() => true)]);

/** True when a call of our message was denied, by us, by somebody else or by a rule. */
const wasDenied = (view: View, clientMessageId: string): boolean =>
  entriesSince(view, clientMessageId).some((entry) => entry.kind === 'tool' && entry.state === 'denied');

function judge(result: TurnResult | null, isDenied: boolean): End {
  if (result === null)
    return {
      exitCode: exitCodes.turnFailed,
      why: 'the turn ended while it could not be followed, and how is not known. See: signalbox chat',
    };
  const { stopReason, error } = result;
  if (stopReason === 'end_turn') return { exitCode: isDenied ? exitCodes.approval : exitCodes.ok, result };
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

import { isBusy, type Session, type View } from '../../client/index.ts';
import { CliError } from '../cli-error.ts';
import { exitCodes } from '../exit-codes.ts';
import { createPaint } from '../render/paint.ts';
import { printable } from '../render/printable.ts';
import { ChatActions } from './actions.ts';
import { ConversationOutput } from './conversation-output.ts';
import { isAnswerWord, readChatLine } from './read-line.ts';
import { Screen } from './screen.ts';

/** Runs the chat until its person leaves; the answer is the exit code. `session` is ready. */
export function runChat(session: Session, title: string): Promise<number> {
  const left = Promise.withResolvers<number>();
  const paint = createPaint(process.stdout, process.env);
  let stopping = false;
  let said: Promise<void> = Promise.resolve();

  const screen = new Screen(process.stdin, process.stdout, {
    // A person may type on while an answer is awaited; what is piped in is done line by line.
    line: (line, about) => {
      said = process.stdin.isTTY ? take(line, about) : said.then(() => take(line, askedBy(session.view())));
    },
    interrupt: () => {
      if (screen.clearLine()) return;
      const { loopStatus } = session.view();
      if (stopping || loopStatus === null || !isBusy(session.view()))
        return left.resolve(exitCodes.interrupted);
      stopping = true;
      screen.print('stopping the turn; Ctrl-C again leaves');
      void actions.run('abort', '', null);
    },
    end: () => void said.then(() => untilSettled(session, actions)).then(() => left.resolve(exitCodes.ok)),
  });
  const output = new ConversationOutput(screen, paint);
  const actions = new ChatActions({
    session,
    screen,
    typed: (id) => output.typed(id),
    queued: (id) => output.queued(id),
    leave: () => left.resolve(exitCodes.ok),
  });

  const take = async (line: string, about: string | null) => {
    const read = readChatLine(line, about !== null);
    if (read.kind === 'message' && isAnswerWord(read.text) && askedBy(session.view()) !== null)
      screen.print('(sent as a message: it was typed before the question)');
    if (read.kind === 'message') await actions.send(read.text);
    if (read.kind === 'command') await actions.run(read.name, read.rest, about);
    if (read.kind === 'unknown') screen.print(`there is no ${read.word}; see /help, or //… to send it`);
    settle(session.view());
  };
  const settle = (view: View) => {
    if (!isBusy(view)) stopping = false;
    screen.setLabel(labelOf(view), askedBy(view));
    if (!isBusy(view) || view.approvals.length > 0) screen.showPrompt();
  };

  screen.print(`${title}\n/help tells what can be typed here.`);
  output.showRecent(session.view());
  settle(session.view());
  const follow = (view: View) => {
    if (view.link === 'refused' || view.link === 'closed')
      return void whyOver(session).then((why) => left.reject(new CliError(why, exitCodes.failure)));
    output.show(view);
    settle(view);
  };
  const unsubscribe = session.subscribe(({ view }) => follow(view));
  follow(session.view());
  return left.promise.finally(() => {
    unsubscribe();
    screen.close();
  });
}

/** Input that is piped in is over long before its answers come; a person who leaves waits for nothing. */
function untilSettled(session: Session, actions: ChatActions): Promise<void> {
  if (process.stdin.isTTY) return Promise.resolve();
  return new Promise((resolve) => {
    const unsubscribe = session.subscribe(({ view }) => {
      if (actions.isSettled(view)) finish();
    });
    const finish = () => {
      unsubscribe();
      resolve();
    };
    if (actions.isSettled(session.view())) finish();
  });
}

/** What the hub said when it let us in no more: a session that is over answers every command with it. */
async function whyOver(session: Session): Promise<string> {
  const { error } = await session.sync();
  return `the chat is over: ${printable(error ?? 'the session was closed')}`;
}

/** The call that must be answered first. */
const askedBy = ({ approvals }: View): string | null => approvals[0]?.requestId ?? null;

/** What stands before the cursor: whether somebody must answer, and what waits. */
function labelOf({ approvals, queue, held }: View): string {
  const [first] = approvals;
  const more = approvals.length > 1 ? ` (1 of ${approvals.length})` : '';
  if (first) return `${printable(first.toolName)}${more}? y, n, /edit, /always > `;
  const waiting = queue.length + held.length;
  return waiting > 0 ? `(${waiting} waiting) > ` : '> ';
}

const ON = '\u001b[?2004h';
const OFF = '\u001b[?2004l';

/** Milliseconds after which a process that still runs was not stopped: one that no shell can continue never is. */
const STOP_MS = 100;

const ENDINGS = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const;

export interface SuspendEvents {
  suspending(): void;
  resumed(): void;
}

/**
 * Has the terminal send each key at once and mark what is pasted, until `stop`. However the process ends or is
 * suspended, the terminal gets back as it was.
 */
export class PasteMarks {
  readonly #input: Pick<NodeJS.ReadStream, 'setRawMode'>;
  readonly #output: NodeJS.WritableStream;
  readonly #events: SuspendEvents;
  readonly #endings = new Map<NodeJS.Signals, () => void>();
  #isWanted = false;
  #wait: NodeJS.Timeout | undefined;

  constructor(
    input: Pick<NodeJS.ReadStream, 'setRawMode'>,
    output: NodeJS.WritableStream,
    events: SuspendEvents,
  ) {
    this.#input = input;
    this.#output = output;
    this.#events = events;
    process.on('exit', this.#unmark);
    process.on('SIGCONT', this.#resume);
    process.on('SIGTSTP', this.suspend);
    // Whoever listens already ends the process in order: then `stop` or `exit` comes.
    for (const signal of ENDINGS.filter((name) => process.listenerCount(name) === 0)) {
      const end = () => this.#end(signal);
      this.#endings.set(signal, end);
      process.on(signal, end);
    }
    this.take();
  }

  take(): void {
    this.#isWanted = true;
    this.#input.setRawMode(true);
    this.#output.write(ON);
  }

  /** Lends the terminal to another program, until `take`. */
  giveBack(): void {
    this.#unmark();
    this.#isWanted = false;
    this.#input.setRawMode(false);
  }

  /** The whole job stops: a launcher before us would keep the shell waiting. */
  readonly suspend = (): void => {
    if (this.#isWanted) {
      this.#events.suspending();
      this.#unmark();
      this.#input.setRawMode(false);
    }
    process.off('SIGTSTP', this.suspend);
    this.#wait = setTimeout(this.#resume, STOP_MS);
    process.kill(0, 'SIGTSTP');
  };

  stop(): void {
    if (this.#isWanted) this.giveBack();
    clearTimeout(this.#wait);
    process.off('exit', this.#unmark);
    process.off('SIGCONT', this.#resume);
    process.off('SIGTSTP', this.suspend);
    for (const [signal, end] of this.#endings) process.off(signal, end);
    this.#endings.clear();
  }

  readonly #unmark = (): void => {
    if (this.#isWanted) this.#output.write(OFF);
  };

  /** Also after a stop that we were not told of. The shell has set the terminal as it likes it. */
  readonly #resume = (): void => {
    clearTimeout(this.#wait);
    process.off('SIGTSTP', this.suspend);
    process.on('SIGTSTP', this.suspend);
    if (!this.#isWanted) return;
    this.take();
    this.#events.resumed();
  };

  #end(signal: NodeJS.Signals): void {
    this.stop();
    process.kill(process.pid, signal);
  }
}

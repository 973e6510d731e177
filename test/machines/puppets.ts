import { type EventObject, fromCallback, fromPromise } from 'xstate';

/** One life of an actor that talks both ways. */
export interface Life<TCommand, TInput, TEvent> {
  input: TInput;
  /** What it was told, in order. */
  told: TCommand[];
  stopped: boolean;
  say(...events: TEvent[]): void;
}

/** Stands in for a `fromCallback` actor: it does nothing but speak when the test says so. */
export function talker<TCommand extends EventObject, TInput, TEvent extends EventObject>() {
  const lives: Life<TCommand, TInput, TEvent>[] = [];
  const logic = fromCallback<TCommand, TInput>(({ input, sendBack, receive }) => {
    const life: Life<TCommand, TInput, TEvent> = {
      input,
      told: [],
      stopped: false,
      say: (...events) => {
        for (const event of events) sendBack(event);
      },
    };
    lives.push(life);
    receive((command) => life.told.push(command));
    return () => {
      life.stopped = true;
    };
  });
  return { logic, lives, last: () => newest(lives), alive: () => lives.filter(({ stopped }) => !stopped) };
}

/** One question that a `fromPromise` actor was asked. */
export interface Question<TInput, TOutput> {
  input: TInput;
  aborted: boolean;
  answer(output: TOutput): void;
  /** A rejection: a bug of ours, never an expected failure. */
  fail(error: Error): void;
}

/** Stands in for a `fromPromise` actor: answers by `reply`, or when the test says so where that gives nothing. */
export function asker<TOutput, TInput>(reply?: (input: TInput) => TOutput | undefined) {
  const asked: Question<TInput, TOutput>[] = [];
  const logic = fromPromise<TOutput, TInput>(({ input, signal }) => {
    const { promise, resolve, reject } = Promise.withResolvers<TOutput>();
    const question: Question<TInput, TOutput> = { input, aborted: false, answer: resolve, fail: reject };
    signal.addEventListener('abort', () => {
      question.aborted = true;
    });
    asked.push(question);
    const output = reply?.(input);
    if (output !== undefined) resolve(output);
    return promise;
  });
  return { logic, asked, last: () => newest(asked) };
}

function newest<T>(list: readonly T[]): T {
  const last = list.at(-1);
  if (last === undefined) throw new Error('nothing of the kind was started yet');
  return last;
}

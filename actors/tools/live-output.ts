/** A live view never sends more often than this. */
export const EVERY_MS = 100;

/** Tells a watcher what there is, at once and then at most every 100 ms, and never forgets the last state. */
export interface LiveOutput {
  /** There is something new. */
  changed(): void;
  /** Sends what was not sent yet, and stops. */
  finish(): void;
}

/** `state` is asked only when it is sent. */
export function createLiveOutput(state: () => string, send: (text: string) => void): LiveOutput {
  let timer: NodeJS.Timeout | undefined;
  let dirty = false;

  const show = (): void => {
    dirty = false;
    send(state());
    timer = setTimeout(() => {
      timer = undefined;
      if (dirty) show();
    }, EVERY_MS);
  };

  return {
    changed() {
      dirty = true;
      if (timer === undefined) show();
    },
    finish() {
      if (dirty) show();
      clearTimeout(timer);
    },
  };
}

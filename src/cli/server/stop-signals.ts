const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** How long what must still be done may take after the second signal, in milliseconds. */
const AT_ONCE_MS = 3_000;

/**
 * Calls `stop` on the first signal. The second ends the process with `code` as soon as `atOnce` is done (children ended,
 * say), the third without waiting for that.
 */
export function onStopSignals(stop: () => void, code: number, atOnce?: () => Promise<void>): void {
  let count = 0;
  const end = (): never => process.exit(code);
  const receive = (): void => {
    count += 1;
    if (count === 1) return stop();
    if (count > 2 || !atOnce) return end();
    setTimeout(end, AT_ONCE_MS);
    atOnce().then(end, end);
  };
  for (const signal of SIGNALS) process.on(signal, receive);
}

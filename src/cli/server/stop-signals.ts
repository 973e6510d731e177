const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Calls `stop` on the first signal; the second ends the process at once with `code`. */
export function onStopSignals(stop: (signal: string) => void, code: number): void {
  let stopping = false;
  for (const signal of SIGNALS)
    process.on(signal, () => {
      if (stopping) process.exit(code);
      stopping = true;
      stop(signal);
    });
}

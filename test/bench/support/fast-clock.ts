/** A clock for machines on which `times` seconds pass in one. */
export function fastClock(times: number) {
  return {
    setTimeout: (work: (...args: unknown[]) => void, ms: number) => setTimeout(work, ms / times),
    clearTimeout: (timer: NodeJS.Timeout) => clearTimeout(timer),
  };
}

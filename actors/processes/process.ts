/** The variable by which a process tells which call started it; it is inherited by all that it starts. */
export const MARK = 'SIGNALBOX_CALL';

/** One living process. */
export interface Process {
  pid: number;
  parent: number;
  group: number;
  /** 0 where the system does not tell. */
  session: number;
  /** When it started, in whatever form the system tells it. */
  started: string;
  /** The value of SIGNALBOX_CALL; null when it has none or we may not read it. */
  mark: string | null;
}

/** Tells two processes apart, also when the second was given the pid of the first. */
export function identity(one: Process): string {
  return `${one.pid} ${one.started}`;
}

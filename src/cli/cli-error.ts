import { type ExitCode, exitCodes } from './exit-codes.ts';

/** Ends the command: `message` goes to stderr behind `signalbox: `, and says what is wrong and what to do. */
export class CliError extends Error {
  readonly exitCode: ExitCode;

  constructor(message: string, exitCode: ExitCode = exitCodes.failure) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** A wrong command line. */
export const usageError = (message: string): CliError => new CliError(message, exitCodes.usage);

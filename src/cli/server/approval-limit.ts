import { homeSettingsPath, readSettings } from '../../../actors/settings.ts';
import { CliError } from '../cli-error.ts';

/** What a timer takes at most; a limit beyond it is no limit that anyone means. */
const MOST_SECONDS = 24 * 24 * 60 * 60;

/** `permissions.approvalTimeoutSeconds` of settings.json: after so long an unanswered approval is denied. */
export function approvalLimitMs(home: string): { approvalLimitMs?: number } {
  const path = homeSettingsPath(home);
  const read = readSettings(path);
  if (!read.ok) throw new CliError(read.message);
  const { permissions } = read.settings;
  const seconds = (permissions as { approvalTimeoutSeconds?: unknown } | undefined)?.approvalTimeoutSeconds;
  if (seconds === undefined) return {};
  if (typeof seconds !== 'number' || !(seconds > 0) || seconds > MOST_SECONDS)
    throw new CliError(
      `${path}: permissions.approvalTimeoutSeconds is ${JSON.stringify(seconds)}. ` +
        `Give a number of seconds from 1 to ${MOST_SECONDS}, or leave it out for no limit`,
    );
  return { approvalLimitMs: seconds * 1000 };
}

import type { PollerPlace, PollerProblem } from '../../../domain/installation/check/poller.ts';
import type { Seconds } from '../../../domain/model.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { quoteForShell } from '../../../untrusted-text.ts';

export interface CheckText {
  message: string;
  /** What to do. Null if nothing has to be done. */
  fix: string | null;
}

export const describePolling = (place: PollerPlace, interval: Seconds | null): string =>
  `${describePlace(place)} polls${interval === null ? '' : ` every ${duration(interval)}`}`;

export function describePlace(place: PollerPlace): string {
  switch (place.kind) {
    case 'cron':
      return place.file === null
        ? `cron (crontab of ${place.user})`
        : `cron (${place.file}, user ${place.user})`;
    case 'systemd':
      return `systemd (${place.unit}${place.scope === 'user' ? ' of this user' : ''})`;
    case 'process':
      return `the process ${place.pid}`;
  }
}

export function describePollerProblem(
  poller: string,
  problem: PollerProblem,
  installCommand: string,
): CheckText {
  switch (problem.code) {
    case 'program-missing':
      return {
        message: `${poller} starts ${problem.path}, which does not exist`,
        fix: `remove the entry, then run \`${installCommand}\``,
      };
    case 'not-in-path':
      return {
        message: `${poller} starts ${problem.name}, which is not in its PATH (${problem.path})`,
        fix: `remove the entry, then run \`${installCommand}\`, which uses absolute paths`,
      };
    case 'folder-missing':
      return {
        message: `${poller} changes to the folder ${problem.path}, which does not exist`,
        fix: 'create the folder, or correct the line',
      };
    case 'cron-unknown':
      return {
        message: `${poller} has a poll, but this machine does not show whether the cron daemon is running`,
        fix: null,
      };
    case 'command-unknown':
      return {
        message: `${poller} has a poll, but its command is not a plain one, so its database is unknown`,
        fix: `write the paths without variables, and the poll without a condition or \`sh -c\`; \`${installCommand}\` writes such a command`,
      };
    case 'cron-not-running':
      return {
        message: `${poller} has a poll, but the cron daemon is not running`,
        fix: `start it: ${START_CRON}`,
      };
    case 'systemd-not-running':
      return {
        message: `${poller} has a poll, but systemd is not running`,
        fix: 'run `cred-watch init` to see what can keep sampling here',
      };
    case 'unit-inactive':
      return {
        message: `${poller} is not active`,
        fix: `start it: \`${systemctl(problem.scope)} enable --now ${problem.unit}\``,
      };
    case 'run-failed':
      return {
        message: `${poller}: the last run failed`,
        fix: `read its messages: \`${problem.scope === 'user' ? 'journalctl --user' : 'sudo journalctl'} -u ${problem.unit} -n 20\``,
      };
    case 'no-linger':
      return {
        message: `${poller} stops when the user logs out`,
        fix: `run \`loginctl enable-linger ${quoteForShell(problem.user)}\``,
      };
  }
}

/** The command that starts the cron daemon. */
export const START_CRON =
  '`sudo systemctl enable --now cron` (crond on Fedora and Amazon Linux), without systemd `sudo service cron start`';

const systemctl = (scope: 'system' | 'user') => (scope === 'user' ? 'systemctl --user' : 'sudo systemctl');

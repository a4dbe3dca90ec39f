import type { InitAttention, RotationBasis } from '../../../domain/installation/attention.ts';
import { formatDuration, formatFlagDuration } from '../../../domain/time/duration.ts';
import { describeExpectedRotation } from './init.ts';
import { START_CRON } from './pollers.ts';

/** Why the schedule would record nothing, or too little, and what to do. */
export function describeAttention(attention: InitAttention): string {
  switch (attention.code) {
    case 'CRON_NOT_RUNNING':
      return describeStoppedCron(attention);
    case 'INTERVAL_TOO_LONG': {
      const { every, pollEvery, basis } = attention;
      return `a poll every ${formatDuration(every)} misses rotations: ${describeBasis(basis)}; use --every ${formatFlagDuration(pollEvery)}`;
    }
  }
}

export const describeStoppedCron = ({ hasSystemd }: { hasSystemd: boolean }): string =>
  `the cron daemon does not run: nothing polls until it is started, with ${hasSystemd ? START_CRON : START_CRON_WITHOUT_SYSTEMD}`;

const START_CRON_WITHOUT_SYSTEMD = '`sudo service cron start` (crond on Alpine)';

function describeBasis(basis: RotationBasis): string {
  switch (basis.code) {
    case 'MEASURED':
      return `the measured rotations are about ${formatDuration(basis.within)} apart`;
    case 'GENERAL':
      return describeExpectedRotation(basis);
    case 'VALIDITY':
      return `these credentials are replaced within their validity of ${formatDuration(basis.within)}`;
  }
}

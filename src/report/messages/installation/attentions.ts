import type { InitAttention, RotationBasis } from '../../../domain/installation/attention.ts';
import { formatDuration, formatFlagDuration } from '../../../domain/time/duration.ts';
import { describeExpectedRotation } from './init.ts';
import { describePolling, START_CRON } from './pollers.ts';

/** Why the schedule would record nothing, or too little, and what to do. */
export function describeAttention(attention: InitAttention): string {
  switch (attention.code) {
    case 'CRON_NOT_RUNNING':
      return STOPPED_CRON;
    case 'OTHER_POLLER':
      return `${describePolling(attention.place, attention.interval)} into this database already; one poller is enough, so stop it if you install this schedule`;
    case 'INTERVAL_TOO_LONG': {
      const { every, pollEvery, canSchedule, basis } = attention;
      const flags = `${canSchedule ? '' : '--schedule process '}--every ${formatFlagDuration(pollEvery)}`;
      return `a poll every ${formatDuration(every)} can miss rotations: ${describeBasis(basis)}; use ${flags}`;
    }
  }
}

export const STOPPED_CRON = `the cron daemon does not run: nothing polls until it is started, with ${START_CRON}`;

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

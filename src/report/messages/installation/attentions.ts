import type { InitAttention } from '../../../domain/installation/attention.ts';
import {
  type IntervalReason,
  type RotationBasis,
  USUAL_INTERVAL,
} from '../../../domain/installation/choose-interval.ts';
import type { Seconds } from '../../../domain/model.ts';
import { formatDuration, formatFlagDuration } from '../../../domain/time/duration.ts';
import { describeExpectedRotation } from './init.ts';
import { describePolling, START_CRON } from './pollers.ts';

/** Why the schedule would record nothing, or too little, and what to do. */
export function describeAttention(attention: InitAttention): string {
  switch (attention.code) {
    case 'CRON_NOT_RUNNING':
      return STOPPED_CRON;
    case 'CHECKOUT':
      return `the schedule starts cred-watch in ${attention.folder}, a checkout, and fails when this folder moves: install cred-watch first (README, Install), then run the installed \`cred-watch init\``;
    case 'OTHER_POLLER':
      return `${describePolling(attention.place, attention.interval)} into this database already; one poller is enough, so stop it if you install this schedule`;
    case 'INTERVAL_TOO_LONG': {
      const { every, pollEvery, kind, isShortest, basis } = attention;
      const flags = `${kind === null ? '' : `--schedule ${kind} `}--every ${formatFlagDuration(pollEvery)}`;
      const problem = isShortest
        ? `cron cannot poll more often than every ${formatDuration(every)}, which can miss rotations`
        : describeMissedRotations(every);
      return `${problem}: ${describeBasis(basis)}; use ${flags}`;
    }
  }
}

/** Why `init` chose an interval without --every. */
export const describeIntervalChoice = (every: Seconds, reason: IntervalReason): string =>
  reason.code === 'INSTALLED'
    ? `${formatDuration(every)}, as installed; --every changes it`
    : `${formatDuration(every)} instead of ${formatDuration(USUAL_INTERVAL)}: ${describeBasis(reason)}`;

export const STOPPED_CRON = `the cron daemon does not run: nothing polls until it is started, with ${START_CRON}`;

export const describeMissedRotations = (every: Seconds): string =>
  `a poll every ${formatDuration(every)} can miss rotations`;

export function describeBasis(basis: RotationBasis): string {
  switch (basis.code) {
    case 'MEASURED':
      return `the measured rotations are about ${formatDuration(basis.within)} apart`;
    case 'GENERAL':
      return describeExpectedRotation(basis);
    case 'VALIDITY':
      return `these credentials are replaced within their validity of ${formatDuration(basis.within)}`;
    case 'TIME_LEFT':
      return `these credentials expire in ${formatDuration(basis.within)}, and are replaced before`;
  }
}

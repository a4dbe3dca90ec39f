import { getHistoryColumns } from '../../../domain/measurement/columns/column-measurement.ts';
import type { Measurement } from '../../../domain/measurement/measurement.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { findBetterPollInterval } from '../../../domain/verdict/checks/poll-interval.ts';
import type { UnknownReason } from '../../../domain/verdict/job-verdict.ts';
import { formatCount, formatNumber, formatShare } from '../../text/format-values.ts';
import { formatAbout } from '../../text/rough-duration.ts';
import type { TimeFormat } from '../../text/time-format.ts';
import { REFRESH_ADVICE } from './refresh-advice.ts';

/** Why a job could not be judged, and what to do. */
export function describeUnknownReason(
  reason: UnknownReason,
  measurement: Measurement | null,
  times: TimeFormat,
): string {
  switch (reason.code) {
    case 'NO_SAMPLES':
      return 'no poll has succeeded yet: `cred-watch sources` shows what is wrong; if the series is a mistake, `cred-watch prune --remove-series` removes it';
    case 'NO_SAMPLES_IN_PERIOD':
      return `no samples in the selected period, the newest one is from ${times.timestamp(reason.newestSampleAt)}: check that \`cred-watch poll\` runs, or select a longer period; if the host no longer exists, \`cred-watch prune --remove-series\` removes it`;
    case 'NO_WITNESSED_ROTATION':
      return describeNoRotation(measurement);
    case 'STALE_SAMPLES':
      return (
        `the newest sample is ${duration(reason.ageSeconds)} old, more than ${duration(reason.maxAgeSeconds)}: ` +
        'poll again, or accept older samples with --max-age'
      );
    case 'ROTATION_OVERDUE':
      return `the current credentials have been served for ${duration(reason.servedForSeconds)}, longer than usual, so the measured history says nothing about the next hours: check why the endpoint does not rotate, then poll and judge again`;
    case 'ISSUED_IN_FUTURE':
      return `LastUpdated is up to ${duration(reason.aheadSeconds)} ahead of the samples, so a clock or a time zone is wrong: correct the clock of the host; if it is right, the endpoint states wrong times`;
    case 'VALIDITY_TOO_LONG':
      return `credentials of the log would be valid for up to ${duration(reason.longestSeconds)}, but AWS issues credentials of a role for at most ${duration(reason.knownSeconds)}: the time zone of the log or the clock of its host is wrong; remove the series with \`cred-watch prune --remove-series\`, then import the log again with the right --timezone`;
    case 'LEAD_TIMES_SHRINK':
      return `lead times fall by ${formatAbout(reason.shrinkingPerDaySeconds)} per day, and the spare validity is used up on ${times.date(reason.usedUpAt)}: ${REFRESH_ADVICE}`;
    case 'TOO_LITTLE_WATCHED':
      return `${formatShare(reason.watchedShare)} of the time was watched, less than ${formatShare(reason.minWatched)}: poll without gaps, or judge a time without gaps with --since`;
    case 'RECENT_LEAD_TIMES_SHORTER':
      return `${reason.records} of the last ${formatCount(reason.rotations, 'rotation')} had a shorter lead time than all before, too many for this confidence: keep polling`;
    case 'NEWEST_CREDENTIALS_SHORTEST':
      return `the newest credentials had ${duration(reason.remainingSeconds)} left, less than at any measured rotation, so the next rotation leaves less validity than all of them and no confidence is known: check why the source rotates late, then poll until it has rotated`;
    case 'SAMPLES_IN_FUTURE':
      return `the newest sample is ${duration(reason.aheadSeconds)} ahead of the clock of this host: correct the clock, then poll again`;
    case 'TOO_FEW_ROTATIONS':
      if (measurement?.isIssuedPerRequest)
        return `${formatCount(reason.witnessedCount, 'sample')}, but this confidence needs at least ${formatNumber(reason.minRotations)}: keep polling`;
      return (
        `${formatCount(reason.witnessedCount, 'rotation')} witnessed, but this confidence needs at least ${formatNumber(reason.minRotations)}: ` +
        (reason.pollForSeconds === null
          ? 'keep polling'
          : `poll for ${formatAbout(reason.pollForSeconds)} more`)
      );
  }
}

function describeNoRotation(measurement: Measurement | null): string {
  const count = measurement === null ? 0 : getHistoryColumns(measurement).rotations.count;
  if (measurement === null || count === 0)
    return 'no rotation witnessed yet: keep polling until the source has rotated once';
  const none =
    count === 1
      ? 'the only rotation was not witnessed'
      : `none of ${formatNumber(count)} rotations was witnessed`;
  const every = findBetterPollInterval(measurement);
  return every === null
    ? `${none}, because no poll succeeded near ${count === 1 ? 'it' : 'them'}: keep polling without gaps`
    : `${none}, because the samples are too far apart: poll every ${duration(every)}; waiting alone does not help`;
}

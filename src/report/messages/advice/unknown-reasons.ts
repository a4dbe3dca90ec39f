import { getHistoryColumns } from '../../../domain/measurement/columns/column-measurement.ts';
import type { Measurement } from '../../../domain/measurement/measurement.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { findBetterPollInterval } from '../../../domain/verdict/checks/poll-interval.ts';
import type { UnknownReason } from '../../../domain/verdict/job-verdict.ts';
import { formatCount, formatNumber, formatShare } from '../../text/format-values.ts';
import { formatAbout } from '../../text/rough-duration.ts';
import type { TimeFormat } from '../../text/time-format.ts';
import { REFRESH_ADVICE } from './refresh-advice.ts';

/**
 * How a history can become longer. `imported`: all samples are imported, so nothing polls into the series. `ended`: the
 * series is retired, so the host no longer gets these credentials.
 */
export type HistorySource = 'polled' | 'imported' | 'ended';

/** Why a job could not be judged, and what to do. */
export function describeUnknownReason(
  reason: UnknownReason,
  measurement: Measurement | null,
  times: TimeFormat,
  history: HistorySource = 'polled',
): string {
  const withAdvice = (why: string, advice: Record<Exclude<HistorySource, 'ended'>, string>) =>
    history === 'ended' ? why : `${why}: ${advice[history]}`;
  switch (reason.code) {
    case 'NO_SAMPLES':
      return 'no poll has succeeded yet: `cred-watch sources` shows what is wrong; if the series is a mistake, `cred-watch prune --remove-series` removes it';
    case 'NO_SAMPLES_IN_PERIOD': {
      const none = `no samples in the selected period, the newest one is from ${times.timestamp(reason.newestSampleAt)}`;
      return history === 'polled'
        ? `${none}: check that \`cred-watch poll\` runs, or select a longer period; if the host no longer exists, \`cred-watch prune --remove-series\` removes it`
        : `${none}: ${history === 'imported' ? 'import newer ones, or ' : ''}select a longer period`;
    }
    case 'NO_WITNESSED_ROTATION':
      return withAdvice(...describeNoRotation(measurement, history));
    case 'STALE_SAMPLES': {
      const [age, maxAge] = [reason.ageSeconds, reason.maxAgeSeconds].map(duration);
      const other = { polled: 'poll again, or ', imported: 'import newer ones, or ', ended: '' }[history];
      return `the newest sample is ${age} old, more than ${maxAge}: ${other}accept older samples with --max-age`;
    }
    case 'ROTATION_OVERDUE':
      return withAdvice(
        `the current credentials have been served for ${duration(reason.servedForSeconds)}, longer than usual, so the measured history says nothing about the next hours`,
        {
          polled: 'check why the endpoint does not rotate, then poll and judge again',
          imported: 'check why the endpoint did not rotate, then import newer samples and judge again',
        },
      );
    case 'ISSUED_IN_FUTURE':
      return `LastUpdated is up to ${duration(reason.aheadSeconds)} ahead of the samples, so a clock or a time zone is wrong: correct the clock of the host; if it is right, the endpoint states wrong times`;
    case 'VALIDITY_TOO_LONG':
      return `credentials of the log would be valid for up to ${duration(reason.longestSeconds)}, but AWS issues credentials of a role for at most ${duration(reason.knownSeconds)}: the time zone of the log or the clock of its host is wrong; remove the series with \`cred-watch prune --remove-series\`, then import the log again with the right --timezone`;
    case 'LEAD_TIMES_SHRINK':
      return `lead times fall by ${formatAbout(reason.shrinkingPerDaySeconds)} per day, and the spare validity is used up on ${times.date(reason.usedUpAt)}: ${REFRESH_ADVICE}`;
    case 'TOO_LITTLE_WATCHED': {
      const other = {
        polled: 'poll without gaps, or ',
        imported: 'import the missing samples, or ',
        ended: '',
      };
      return `${formatShare(reason.watchedShare)} of the time was watched, less than ${formatShare(reason.minWatched)}: ${other[history]}judge a time without gaps with --since`;
    }
    case 'RECENT_LEAD_TIMES_SHORTER':
      return withAdvice(
        `${reason.records} of the last ${formatCount(reason.rotations, 'rotation')} had a shorter lead time than all before, too many for this confidence`,
        { polled: 'keep polling', imported: IMPORT_MORE },
      );
    case 'NEWEST_CREDENTIALS_SHORTEST':
      return withAdvice(
        `the newest credentials had ${duration(reason.remainingSeconds)} left, less than at any measured rotation, so the next rotation leaves less validity than all of them and no confidence is known`,
        {
          polled: 'check why the source rotates late, then poll until it has rotated',
          imported: 'check why the source rotated late, then import samples up to its next rotation',
        },
      );
    case 'SAMPLES_IN_FUTURE':
      return `the newest sample is ${duration(reason.aheadSeconds)} ahead of the clock of this host: correct the clock, then ${history === 'polled' ? 'poll' : 'judge'} again`;
    case 'TOO_FEW_ROTATIONS': {
      const { pollForSeconds } = reason;
      const isPerRequest = measurement?.isIssuedPerRequest === true;
      const witnessed = isPerRequest
        ? formatCount(reason.witnessedCount, 'sample')
        : `${formatCount(reason.witnessedCount, 'rotation')} witnessed`;
      const why = `${witnessed}, but this confidence needs at least ${formatNumber(reason.minRotations)}`;
      if (isPerRequest || pollForSeconds === null)
        return withAdvice(why, { polled: 'keep polling', imported: IMPORT_MORE });
      const length = formatAbout(pollForSeconds);
      return withAdvice(why, {
        polled: `poll for ${length} more`,
        imported: `import samples of ${length} more`,
      });
    }
  }
}

const IMPORT_MORE = 'import more samples';

function describeNoRotation(
  measurement: Measurement | null,
  history: HistorySource,
): [why: string, advice: { polled: string; imported: string }] {
  const count = measurement === null ? 0 : getHistoryColumns(measurement).rotations.count;
  if (measurement === null || count === 0) {
    return [
      'no rotation witnessed yet',
      {
        polled: 'keep polling until the source has rotated once',
        imported: 'import a longer log, in which the source has rotated at least once',
      },
    ];
  }
  const none =
    count === 1
      ? 'the only rotation was not witnessed'
      : `none of ${formatNumber(count)} rotations was witnessed`;
  const every = findBetterPollInterval(measurement);
  if (every === null) {
    const near = count === 1 ? 'it' : 'them';
    return [
      `${none}, because no ${history === 'polled' ? 'poll succeeded' : 'sample is'} near ${near}`,
      {
        polled: 'keep polling without gaps',
        imported: `import the samples near ${near}, or a log without gaps`,
      },
    ];
  }
  return [
    `${none}, because the samples are too far apart`,
    {
      polled: `poll every ${duration(every)}; waiting alone does not help`,
      imported: `import a log with a sample every ${duration(every)}`,
    },
  ];
}

import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import type { FindingCode, FindingWith } from '../../domain/verdict/finding.ts';
import { formatCount, formatTimestamp } from '../text/format-values.ts';

/*
 * This folder has every sentence that the program says about credentials. Tests match on codes, so that words can be
 * mended here without asking anybody.
 */

/** One sentence for each code: a missing one does not compile. */
const SENTENCES: { [Code in FindingCode]: (finding: FindingWith<Code>) => string } = {
  SERVED_EXPIRED: ({ expiredForSeconds, at }) =>
    `expired credentials were handed out, ${duration(expiredForSeconds)} past their end (${formatTimestamp(at)}); SDKs hide this`,
  ROTATION_TOO_LATE: ({ count, leadTimeSeconds, at, certain }) =>
    `${formatCount(count, 'rotation')} ${certain ? 'came' : 'may have come'} with less than the 5 minutes left that AWS promises; ` +
    `the worst with ${duration(leadTimeSeconds)} (${formatTimestamp(at)})` +
    (certain ? '' : '; poll more often to know'),
  ROTATION_OVERDUE: ({ servedForSeconds, usualSeconds, learned }) =>
    `the newest credentials had been handed out for ${duration(servedForSeconds)} at the last sample; ` +
    (learned
      ? `none before was replaced later than after ${duration(usualSeconds)}`
      : `this source usually rotates within ${duration(usualSeconds)}`),
  ISSUED_PER_REQUEST: () =>
    'every request was answered with new credentials: this source has no rotations, a job starts with full validity',
  TWO_AT_ONCE: ({ count }) =>
    `two generations were handed out in turns, ${formatCount(count, 'time')}: several endpoints answer, and the older credentials count`,
  EXPIRATION_EXTENDED: ({ count, extendedBySeconds }) =>
    `${formatCount(count, 'generation')} stated different expirations for the same key, up to ${duration(extendedBySeconds)} apart; the earliest one counts`,
  ISSUED_IN_FUTURE: ({ count, aheadSeconds }) =>
    `${formatCount(count, 'generation')} had a LastUpdated up to ${duration(aheadSeconds)} after being seen: a clock or a time zone is wrong`,
  STALE_SAMPLES: ({ ageSeconds, lastSampleAt, maxAgeSeconds }) =>
    `the newest sample is ${duration(ageSeconds)} old (${formatTimestamp(lastSampleAt)}), older than ${short(maxAgeSeconds)}: is the poller still running?`,
  POLLING_GAP: ({ count, totalSeconds, longestSeconds, longestStartedAt }) =>
    `in ${formatCount(count, 'gap')} of ${duration(totalSeconds)} altogether it is not known what was handed out; ` +
    `the longest is ${duration(longestSeconds)}, from ${formatTimestamp(longestStartedAt)}`,
  POLLS_TOO_RARE: ({ usualGapSeconds, pollEverySeconds }) =>
    `samples are usually ${duration(usualGapSeconds)} apart, too far to be sure of every rotation: poll every ${short(pollEverySeconds)}`,
  POLLS_FAILED: ({ count, lastAt, lastReason }) =>
    `${formatCount(count, 'poll')} failed, the last one at ${formatTimestamp(lastAt)} (${lastReason})`,
  CLOCK_SKEW: ({ offsetSeconds }) =>
    `the host's clock was ${duration(Math.abs(offsetSeconds))} ${offsetSeconds > 0 ? 'ahead of' : 'behind'} AWS's; times here are corrected, SDKs on that host are not`,
  CLOCK_UNKNOWN: ({ count, generationCount }) =>
    count === generationCount
      ? "the clock of the host that took these samples was not compared with AWS's: times are as it gave them"
      : `for ${formatCount(count, 'generation')} the host's clock was not compared with AWS's`,
  ZONELESS_TIME: ({ count }) =>
    `${formatCount(count, 'generation')} gave times without a zone; they were read as UTC`,
  IMDS_V1_USED: () => 'these samples came over IMDSv1, which hands out other credentials than v2',
};

export function describeFinding<Code extends FindingCode>(finding: FindingWith<Code>): string {
  return SENTENCES[finding.code](finding);
}

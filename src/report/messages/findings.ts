import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import type { FindingCode, FindingWith } from '../../domain/verdict/finding.ts';
import { formatCount, formatTimestamp } from '../text/format-values.ts';

// This folder has every sentence about credentials. Tests compare codes, so the wording can change freely.

const SENTENCES: { [Code in FindingCode]: (finding: FindingWith<Code>) => string } = {
  SERVED_EXPIRED: ({ expiredForSeconds, at }) =>
    `expired credentials were served, up to ${duration(expiredForSeconds)} after their expiration (${formatTimestamp(at)}); SDKs hide this`,
  ROTATION_TOO_LATE: ({ count, leadTimeSeconds, at, certain }) =>
    `${formatCount(count, 'rotation')} ${certain ? 'had' : 'may have had'} a lead time under the 5 minutes that AWS promises; ` +
    `the shortest was ${duration(leadTimeSeconds)} (${formatTimestamp(at)})` +
    (certain ? '' : '; poll more often to be certain'),
  ROTATION_OVERDUE: ({ servedForSeconds, usualSeconds, learned }) =>
    `the current credentials have been served for ${duration(servedForSeconds)}; ` +
    (learned
      ? `earlier ones were rotated within ${duration(usualSeconds)}`
      : `this source usually rotates within ${duration(usualSeconds)}`),
  ISSUED_PER_REQUEST: () =>
    'every request got new credentials: this source has no rotations, and every job starts with full validity',
  TWO_AT_ONCE: ({ count }) =>
    `the endpoint alternated between two sets of credentials ${formatCount(count, 'time')}, so several servers answer; the older set is used for the verdict`,
  EXPIRATION_EXTENDED: ({ count, extendedBySeconds }) =>
    `${formatCount(count, 'generation')} stated different expirations for the same key, up to ${duration(extendedBySeconds)} apart; the earliest is used`,
  ISSUED_IN_FUTURE: ({ count, aheadSeconds }) =>
    `${formatCount(count, 'generation')} had a LastUpdated up to ${duration(aheadSeconds)} after the first sample: a clock or a time zone is wrong`,
  STALE_SAMPLES: ({ ageSeconds, lastSampleAt, maxAgeSeconds }) =>
    `the newest sample is ${duration(ageSeconds)} old (${formatTimestamp(lastSampleAt)}), older than ${short(maxAgeSeconds)}: check that the poller is running`,
  POLLING_GAP: ({ count, totalSeconds, longestSeconds, longestStartedAt }) =>
    `the served credentials are unknown in ${formatCount(count, 'gap')} (${duration(totalSeconds)} in total); ` +
    `the longest gap is ${duration(longestSeconds)}, from ${formatTimestamp(longestStartedAt)}`,
  POLLS_TOO_RARE: ({ usualGapSeconds, pollEverySeconds }) =>
    `samples are usually ${duration(usualGapSeconds)} apart, too far to witness every rotation: poll every ${short(pollEverySeconds)}`,
  POLLS_FAILED: ({ count, lastAt, lastReason }) =>
    `${formatCount(count, 'poll')} failed, the last one at ${formatTimestamp(lastAt)} (${lastReason})`,
  CLOCK_SKEW: ({ offsetSeconds }) =>
    `the host's clock was ${duration(Math.abs(offsetSeconds))} ${offsetSeconds > 0 ? 'ahead of' : 'behind'} AWS's clock; this report corrects its times, but SDKs on the host do not`,
  CLOCK_UNKNOWN: ({ count, generationCount }) =>
    count === generationCount
      ? "the clock of the sampled host was not compared with AWS's clock, so times are uncorrected"
      : `for ${formatCount(count, 'generation')}, the host's clock was not compared with AWS's clock`,
  ZONELESS_TIME: ({ count }) =>
    `${formatCount(count, 'generation')} had times without a time zone; they were read as UTC`,
  IMDS_V1_USED: () => 'these samples are from IMDSv1, which serves other credentials than IMDSv2',
};

export function describeFinding<Code extends FindingCode>(finding: FindingWith<Code>): string {
  return SENTENCES[finding.code](finding);
}

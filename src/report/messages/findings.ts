import { range } from '../../domain/measurement/statistics.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { FindingCode, FindingWith } from '../../domain/verdict/finding.ts';
import type { JobJudgement } from '../../domain/verdict/job-verdict.ts';
import { formatCount, formatNumber } from '../text/format-values.ts';
import { formatAbout } from '../text/rough-duration.ts';
import { type TimeFormat, UTC_TIMES } from '../text/time-format.ts';
import { CAUSES_OF_LONG_VALIDITY } from './advice/long-validity.ts';
import { describeLeadTime } from './measurements.ts';
import { describeOffset } from './start-check/host-clock.ts';
import { describeJob } from './verdicts.ts';

// This folder has every sentence about credentials. Tests compare codes, so the wording can change freely.

const SENTENCES: {
  [Code in FindingCode]: (
    finding: FindingWith<Code>,
    times: TimeFormat,
    judgements: readonly JobJudgement[],
  ) => string;
} = {
  SIMULATED_CREDENTIALS: ({ count, generationCount }) =>
    `${
      count === generationCount
        ? 'the credentials of this series are false: they come'
        : `${formatNumber(count)} of ${formatCount(generationCount, 'generation')} of this series have false credentials, which come`
    } from \`cred-watch simulate\`, so its verdict says nothing about AWS; use another --db for a trial, or remove the series: \`cred-watch prune --remove-series --host HOST --source SOURCE --role ROLE\``,
  SERVED_EXPIRED: ({ expiredForSeconds, at }, times) =>
    `the source had expired credentials, up to ${duration(expiredForSeconds)} after their expiration (${times.timestamp(at)}); most SDKs use them without an error`,
  ROTATION_TOO_LATE: ({ count, leadTimeSeconds, maxLeadTimeSeconds, at, certain }, times) =>
    `${formatCount(count, 'rotation')} ${certain ? 'had' : 'may have had'} a lead time under the 5 minutes that AWS promises; ` +
    (leadTimeSeconds < 0
      ? `the latest came ${duration(-leadTimeSeconds)} after the expiration (${times.timestamp(at)})`
      : `the shortest was ${describeLeadTime(leadTimeSeconds, maxLeadTimeSeconds)} (${times.timestamp(at)})`) +
    (certain ? '' : '; poll more often to be certain'),
  ROTATION_OVERDUE: ({ servedForSeconds, usualSeconds, learned }) =>
    `the current credentials have been served for ${duration(servedForSeconds)}; ` +
    (learned
      ? `earlier ones were rotated within ${duration(usualSeconds)}`
      : `IMDS usually rotates within ${duration(usualSeconds)}; that is general knowledge and was not measured here`),
  ISSUED_PER_REQUEST: () =>
    'every request got new credentials: this source has no rotations, and every job starts with full validity',
  ROLE_CHAIN_CAPPED: ({ limitSeconds }) =>
    `the credentials of another role assume the role, so AWS limits its credentials to ${duration(limitSeconds)}, whatever the maximum of the role is; for a longer validity, assume the role with a web identity or the keys of a user`,
  DURATION_NOT_SET: ({ limitSeconds }) =>
    `no duration is set for the session of the role, so its credentials last ${duration(limitSeconds)}, AWS's default; for longer jobs, set --duration, or duration_seconds of a profile with a role`,
  SSO_TOKEN_EXPIRES: ({ expiresAt, remainingSeconds }, times, judgements) =>
    remainingSeconds <= 0
      ? `the token of IAM Identity Center of the newest poll expired at ${times.timestamp(expiresAt)}: run \`aws sso login\``
      : `the token of IAM Identity Center of the newest poll expires at ${times.timestamp(expiresAt)}${describeTokenEnd(remainingSeconds, judgements)}`,
  SESSION_LONGER_THAN_ROLE: ({ count, lastAt }, times) =>
    `${formatCount(count, 'poll')} requested a duration that AWS refused, the last one at ${times.timestamp(lastAt)}: it is above the maximum of the role, or above 1h for a role that another role assumes`,
  DURATIONS_MIXED: ({ shortestSeconds, longestSeconds }) =>
    `the samples were requested for different durations, with a validity of ${duration(shortestSeconds)} to ${duration(longestSeconds)}; the shortest counts, so request the same duration as the job does`,
  TWO_AT_ONCE: ({ count }) =>
    `several endpoints answer and rotate independently: ${formatCount(count, 'change')} of credentials cannot come from one endpoint; the verdict uses those that expire first`,
  LEAD_TIMES_SHRINK: ({ shrinkingPerDaySeconds }, times, judgements) =>
    `the shortest lead time of a day falls by ${formatAbout(shrinkingPerDaySeconds)} per day: the measured worst case will not last` +
    describeEndOfSpare(judgements, times),
  EXPIRATION_EXTENDED: ({ count, extendedBySeconds }) =>
    `${formatCount(count, 'generation')} stated different expirations for the same key, up to ${duration(extendedBySeconds)} apart; the earliest is used`,
  ISSUED_IN_FUTURE: ({ count, aheadSeconds, shiftedBySeconds }) =>
    `${formatCount(count, 'generation')} had a LastUpdated up to ${duration(aheadSeconds)} after their first sample: a clock or a time zone is wrong` +
    (shiftedBySeconds > 0 ? `; all samples were moved later by ${duration(shiftedBySeconds)}` : ''),
  VALIDITY_TOO_LONG: ({ count, longestSeconds, knownSeconds }) =>
    `${formatCount(count, 'generation')} without LastUpdated would be valid for up to ${duration(longestSeconds)}, but IMDS, ECS and EKS are known to issue credentials for at most ${duration(knownSeconds)}: ${CAUSES_OF_LONG_VALIDITY}`,
  STALE_SAMPLES: ({ ageSeconds, lastSampleAt, maxAgeSeconds }, times) =>
    `the newest sample is ${duration(ageSeconds)} old (${times.timestamp(lastSampleAt)}), older than ${duration(maxAgeSeconds)}: check that the poller is running`,
  POLLS_STOPPED: ({ lastPollAt, lastSampleAt, silentSeconds }, times) =>
    `the newest sample of \`cred-watch poll\` is from ${times.timestamp(lastPollAt)}; samples of other commands, such as check and exec, are up to ${duration(silentSeconds)} newer (${times.timestamp(lastSampleAt)}): \`cred-watch init --check\` on this host shows whether the poller has stopped`,
  POLLING_GAP: ({ count, totalSeconds, longestSeconds, longestStartedAt }, times) =>
    `the served credentials are unknown in ${formatCount(count, 'gap')} (${duration(totalSeconds)} in total); ` +
    `the longest gap is ${duration(longestSeconds)}, from ${times.timestamp(longestStartedAt)}`,
  POLLS_TOO_RARE: (finding) =>
    `samples are usually ${duration(finding.usualGapSeconds)} apart${describeMissedRotations(finding)}: poll every ${duration(finding.pollEverySeconds)}`,
  POLLS_FAILED: ({ count, lastAt, lastReason }, times) =>
    `${formatCount(count, 'poll')} of this source failed (all roles), the last one at ${times.timestamp(lastAt)} (${lastReason})`,
  CLOCK_SKEW: ({ offsetSeconds, corrected }) =>
    corrected
      ? `the host's clock was ${describeOffset(offsetSeconds)}; this report corrects its times, but SDKs on the host do not: correct the clock of the host`
      : `the Date header was ${duration(Math.abs(offsetSeconds))} ${offsetSeconds > 0 ? 'behind' : 'ahead of'} the host's clock; it is ignored, because it would make credentials last longer`,
  CLOCK_UNKNOWN: ({ count, generationCount }) =>
    count === generationCount
      ? "the clock of the sampled host was not compared with AWS's clock: no Date header corrects its times"
      : `for ${formatCount(count, 'generation')}, the host's clock was not compared with AWS's clock`,
  ZONELESS_TIME: ({ count }) =>
    `${formatCount(count, 'generation')} had times without a time zone; they were read as UTC`,
  IMDS_V1_USED: () => 'these samples are from IMDSv1; its credentials differ from those of IMDSv2',
};

/** @param judgements of the series, for findings that endanger a job */
export const describeFinding = <Code extends FindingCode>(
  finding: FindingWith<Code>,
  judgements: readonly JobJudgement[] = [],
  times: TimeFormat = UTC_TIMES,
): string => SENTENCES[finding.code](finding, times, judgements);

function describeMissedRotations({ unwitnessedCount, rotationCount }: FindingWith<'POLLS_TOO_RARE'>): string {
  if (unwitnessedCount === 0) return ', so a rotation stays unseen if one poll is late or fails';
  if (unwitnessedCount < rotationCount)
    return `, so ${formatNumber(unwitnessedCount)} of ${formatCount(rotationCount, 'rotation')} were not witnessed`;
  return ', so no rotation was witnessed, and further samples at this distance witness none';
}

/** For the shortest job that ends after the token, if it starts now. */
function describeTokenEnd(remaining: Seconds, judgements: readonly JobJudgement[]): string {
  const lengths = judgements.map(({ job }) => job.duration).filter((length) => length > remaining);
  const shortest = range(lengths)?.min;
  if (shortest === undefined) return '';
  return `, before the end of ${describeJob(shortest)} that starts now: such a job fails if it refreshes its credentials later; run \`aws sso login\` before the job`;
}

/** For the job whose spare validity is used up first. */
function describeEndOfSpare(judgements: readonly JobJudgement[], times: TimeFormat): string {
  const [first] = judgements
    .flatMap(({ job, spareUsedUpAt: at }) => (at === null ? [] : [{ job, at }]))
    .sort((a, b) => a.at - b.at);
  if (first === undefined) return '';
  return `; the spare validity of ${describeJob(first.job.duration)} is used up on ${times.date(first.at)}`;
}

import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Seconds, SourceName } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import { findMissingEvidence, isWellFounded } from '../../domain/verdict/evidence.ts';
import type {
  JobJudgement,
  JobRequirement,
  Safety,
  UnknownReason,
  Verdict,
} from '../../domain/verdict/job-verdict.ts';
import { toSafety } from '../../domain/verdict/judgements.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { formatCount, formatNumber, formatShare } from '../text/format-values.ts';
import { formatAbout } from '../text/rough-duration.ts';
import { type TimeFormat, UTC_TIMES } from '../text/time-format.ts';

const SAFETY_TEXTS: Record<Safety, string> = { safe: 'safe', 'not-safe': 'not safe', unknown: 'unknown' };

/** `safe`, `not safe` or `unknown`. */
export const formatSafety = (verdict: Verdict) => SAFETY_TEXTS[toSafety(verdict)];

/** `safe`, `unknown` or, because several verdicts are not safe, `not safe: never`. */
export const formatVerdict = (verdict: Verdict) =>
  toSafety(verdict) === 'not-safe' ? `${formatSafety(verdict)}: ${verdict}` : formatSafety(verdict);

/** `a 5h job`, `an 8h job`. */
export function describeJob(length: Seconds): string {
  const text = duration(length);
  return `${/^(?:8|1[18](?!\d))/.test(text) ? 'an' : 'a'} ${text} job`;
}

/** `a 5h job with a margin of 5m`. */
export const describeJobWithMargin = ({ duration: length, margin }: JobRequirement) =>
  `${describeJob(length)} with a margin of ${duration(margin)}`;

/** `335 rotations in 13d 23h 55m 00s`. */
export const describeBasis = ({
  isIssuedPerRequest,
  sampleCount,
  witnessedCount,
  watchedTime,
}: Measurement): string =>
  isIssuedPerRequest
    ? formatCount(sampleCount, 'sample')
    : `${formatCount(witnessedCount, 'rotation')} in ${duration(watchedTime)}`;

/** A safe verdict of little history must not look like a safe verdict of many days. */
export const isSafeSoFar = (judgement: JobJudgement, measurement: Measurement | null): boolean =>
  judgement.verdict === 'safe' && (measurement === null || !isWellFounded(measurement));

export const SAFE_SO_FAR = 'safe so far';

/** The safety, in front of a sentence about the judgement. */
export const formatState = (judgement: JobJudgement, measurement: Measurement | null): string =>
  isSafeSoFar(judgement, measurement) ? SAFE_SO_FAR : formatSafety(judgement.verdict);

/** As {@link formatVerdict}, but `safe so far` if the history is short. */
export const formatSeriesState = (
  judgement: JobJudgement,
  { measurement }: Pick<SeriesAnalysis, 'measurement'>,
): string => (isSafeSoFar(judgement, measurement) ? SAFE_SO_FAR : formatVerdict(judgement.verdict));

/** One line that begins with the safety and a colon. */
export const describeVerdict = (judgement: JobJudgement) =>
  `${formatSafety(judgement.verdict)}: ${describeJudgement(judgement)}`;

/** As {@link describeVerdict}, but `safe so far` if the history is short. */
export const describeSeriesVerdict = (
  judgement: JobJudgement,
  { measurement }: Pick<SeriesAnalysis, 'measurement'>,
) => `${formatState(judgement, measurement)}: ${describeJudgement(judgement)}`;

/** The job and how safe it was, without the safety. */
function describeJudgement(judgement: JobJudgement): string {
  return `${describeJobWithMargin(judgement.job)}${describeStarts(judgement)}${describeCoverage(judgement)}`;
}

function describeStarts({ verdict, spare, spareUsedUpAt, shareOfSafeStarts: share }: JobJudgement): string {
  const shortfall = spare === null ? '' : `, ${duration(-spare)} short at the worst moment`;
  switch (verdict) {
    case 'safe':
      return ` at any measured start, ${duration(spare)} to spare${spareUsedUpAt === null ? '' : '; but lead times shrink'}`;
    case 'never':
      return ` at every measured start${shortfall}`;
    case 'start-after-rotation':
    case 'sometimes':
      return `${shortfall}${share === null || share === 1 ? '' : `; ${formatShare(share)} of starts were safe`}`;
    case 'unknown':
      return '';
  }
}

/** A smaller share leaves room for rotations that no sample shows. */
export const WATCHED_ENOUGH = 0.95;

const describeCoverage = ({ watchedShare }: JobJudgement): string =>
  watchedShare === null || watchedShare >= WATCHED_ENOUGH
    ? ''
    : `; only ${formatShare(watchedShare)} of the time was watched`;

export const REFRESH_ADVICE =
  'let the job refresh its credentials instead of using a copy (IAM_ROLE for a Redshift COPY), or split the job';

/** The host asks AWS for the credentials at each poll, and AWS never issues expired ones. */
const WRONG_CLOCK_ADVICE =
  "new credentials of AWS were already expired by this host's clock: correct the clock, then poll again";

/** What to do if samples were taken after the expiration. Nothing serves variables and files. */
const SERVED_EXPIRED_ADVICE: Record<SourceName, string> = {
  imds: 'repair the program that serves the credentials: it served them after they had expired, so every job can fail, even if it refreshes',
  container:
    'repair the agent that serves the credentials: it served them after they had expired, so every job can fail, even if it refreshes',
  environment:
    'the keys in the environment variables had expired: set new ones, or unset AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN so that SDKs use another provider; then restart the programs that have the old variables',
  profile:
    'the keys of the profile had expired: log in again, or run the program that writes the profile; then restart the programs that read the old keys',
  process:
    'the process returned credentials that had expired: clear its cache or log in again, and let it request new credentials before the old ones expire',
  'web-identity': WRONG_CLOCK_ADVICE,
  role: WRONG_CLOCK_ADVICE,
  sso: WRONG_CLOCK_ADVICE,
  github: WRONG_CLOCK_ADVICE,
};

export const LONGER_VALIDITY_ADVICE =
  'make the source issue credentials with a longer validity (for a role: --duration, or duration_seconds of the profile)';

const OTHER_ENDPOINT_MESSAGE =
  'do not wait for a rotation: the next request may get the older credentials of another endpoint';

/** A person or scheduler cannot notice a rotation and start a job in less time. */
const MIN_START_TIME: Seconds = 60;

/**
 * What to do about a verdict; empty for `safe` with enough evidence.
 * @param source null if it is unknown
 */
export function listAdvice(
  judgement: JobJudgement,
  measurement: Measurement | null,
  times: TimeFormat = UTC_TIMES,
  source: SourceName | null = null,
): string[] {
  switch (toSafety(judgement.verdict)) {
    case 'safe':
      return measurement === null ? [] : adviseOnEvidence(measurement);
    case 'not-safe':
      return listNotSafeAdvice(judgement, measurement, source);
    case 'unknown':
      return judgement.unknownReasons.map((reason) => describeUnknownReason(reason, measurement, times));
  }
}

function adviseOnEvidence(measurement: Measurement): string[] {
  const missing = findMissingEvidence(measurement);
  if (missing === null) return [];
  const { isIssuedPerRequest, rotationInterval } = measurement;
  const interval =
    missing.observations === 0 ? 0 : isIssuedPerRequest ? null : (rotationInterval?.median ?? null);
  const seconds = interval === null ? null : Math.max(missing.observations * interval, missing.time);
  const amount = seconds === null ? 'more' : `${formatAbout(seconds)} more`;
  const rule = missing.observations > 0 ? '. With --confidence 95%, such a verdict is unknown' : '';
  return [`the history is short (${describeBasis(measurement)}): collect ${amount}${rule}`];
}

/** As {@link listAdvice}, for a series. */
export const listSeriesAdvice = (
  judgement: JobJudgement,
  { measurement, identity }: Pick<SeriesAnalysis, 'measurement' | 'identity'>,
  times: TimeFormat = UTC_TIMES,
): string[] => listAdvice(judgement, measurement, times, identity.source);

function listNotSafeAdvice(
  { verdict, safeTimeAfterRotation }: JobJudgement,
  measurement: Measurement | null,
  source: SourceName | null,
): string[] {
  // A client that refreshes gets the expired credentials, too. The next rotation can be late again.
  if (measurement !== null && measurement.sampledMinimum.seconds < 0) {
    const advice = SERVED_EXPIRED_ADVICE[source ?? 'imds'];
    // New keys in variables or a file are also a copy, so the job has to be shorter all the same.
    return verdict === 'never' ? [advice, `and ${REFRESH_ADVICE}`] : [advice];
  }
  if (measurement?.isIssuedPerRequest) return [LONGER_VALIDITY_ADVICE, `or ${REFRESH_ADVICE}`];
  if (safeTimeAfterRotation !== null) {
    const time = safeTimeAfterRotation < 1 ? 'less than 1s' : duration(safeTimeAfterRotation);
    return safeTimeAfterRotation < MIN_START_TIME
      ? [
          `starts were safe only for ${time} after a rotation, which is too short to rely on: ${REFRESH_ADVICE}`,
        ]
      : [
          `start the job within ${time} after a rotation: all measured starts in that time were safe`,
          `or ${REFRESH_ADVICE}`,
        ];
  }
  return verdict === 'sometimes' && measurement !== null && measurement.severalEndpoints !== null
    ? [REFRESH_ADVICE, OTHER_ENDPOINT_MESSAGE]
    : [REFRESH_ADVICE];
}

function describeUnknownReason(
  reason: UnknownReason,
  measurement: Measurement | null,
  times: TimeFormat,
): string {
  switch (reason.code) {
    case 'NO_SAMPLES':
      return 'no poll has succeeded yet: `cred-watch sources` shows what is wrong; if the series is a mistake, `cred-watch prune --remove-series` removes it';
    case 'NO_WITNESSED_ROTATION':
      return measurement !== null && measurement.rotations.length > 0
        ? `none of ${formatCount(measurement.rotations.length, 'rotation')} was witnessed, because the samples are too far apart: poll more often`
        : 'no rotation witnessed yet: keep polling until the source has rotated once';
    case 'STALE_SAMPLES':
      return (
        `the newest sample is ${duration(reason.ageSeconds)} old, more than ${duration(reason.maxAgeSeconds)}: ` +
        'poll again, or accept older samples with --max-age'
      );
    case 'ROTATION_OVERDUE':
      return `the current credentials have been served for ${duration(reason.servedForSeconds)}, longer than usual, so the measured history says nothing about the next hours: check why the endpoint does not rotate, then poll and judge again`;
    case 'ISSUED_IN_FUTURE':
      return `LastUpdated is up to ${duration(reason.aheadSeconds)} ahead of the samples, so a clock or a time zone is wrong: correct the clock of the host; if it is right, the endpoint states wrong times`;
    case 'LEAD_TIMES_SHRINK':
      return `lead times fall by ${formatAbout(reason.shrinkingPerDaySeconds)} per day, and the spare validity is used up on ${times.date(reason.usedUpAt)}: ${REFRESH_ADVICE}`;
    case 'TOO_LITTLE_WATCHED':
      return `${formatShare(reason.watchedShare)} of the time was watched, less than ${formatShare(reason.minWatched)}: poll without gaps, or judge a time without gaps with --since`;
    case 'RECENT_LEAD_TIMES_SHORTER':
      return `${reason.records} of the last ${formatCount(reason.rotations, 'rotation')} had a shorter lead time than all before, too many for this confidence: keep polling`;
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

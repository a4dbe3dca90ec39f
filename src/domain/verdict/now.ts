import { findPollInterval } from '../live/poll-interval.ts';
import { DECISIVE_AHEAD } from '../measurement/clock-correction.ts';
import { findNoForecastReason, forecastRotation } from '../measurement/forecast.ts';
import type { Measurement } from '../measurement/measurement.ts';
import type { FailureReason, Instant, IssuedCredentials, Seconds, SeriesIdentity } from '../model.ts';
import { findRequestedValidity, isSessionTooShort, type RequestedSession } from '../requested-session.ts';
import { secondsBetween } from '../time/instant.ts';
import { listCurrentClockSkew } from './checks/clock-checks.ts';
import { mattersNow } from './checks/matters-now.ts';
import { findEarliestExpiration } from './figures/earliest-expiration.ts';
import { MeasurementFigures } from './figures/judged-figures.ts';
import type { Finding } from './finding.ts';
import { isNeverSafe, isOutlookAfterRotationPossible, MIN_START_TIME } from './job.ts';
import type { JobRequirement } from './job-verdict.ts';
import type {
  LaterStart,
  NoCredentialsReason,
  NowJudgement,
  NowUnknownReason,
  Outlook,
  UnusableSampleReason,
} from './now-verdict.ts';
import type { SeriesAnalysis } from './series-analysis.ts';
import { findDecisiveIssuedInFuture } from './unknown-reasons.ts';

/** The credentials from a poll just made, or from the newest stored sample. */
export interface CurrentCredentials {
  identity: SeriesIdentity;
  credentials: IssuedCredentials;
  /** See {@link NowJudgement.laterExpiration}. */
  laterExpiration?: Instant | null;
}

export interface JudgePassedOptions {
  job: JobRequirement;
  /** See {@link NowJudgement.judgedAt}. */
  at: Instant;
  /** See {@link NowJudgement.hostTime}. The default is `at`. */
  hostTime?: Instant;
  /** See {@link NowJudgement.clockOffset}. */
  clockOffset?: Seconds | null;
  /** See {@link NowJudgement.session}. */
  session?: RequestedSession | null;
  /** The history of the series. Null if nothing is stored. */
  analysis: SeriesAnalysis | null;
}

/** Judges a job that gets these credentials and starts now, and predicts when a later start will be safe. */
export function judgePassedCredentials(
  current: CurrentCredentials,
  options: JudgePassedOptions,
): NowJudgement {
  const judged = judgeCredentials(current, options);
  if (judged.spare < 0) return { ...judged, verdict: 'not-safe', unknownReason: null };
  const aheadSeconds = findDecisiveAhead(current.credentials, options);
  if (aheadSeconds !== null)
    return { ...judged, verdict: 'unknown', unknownReason: { code: 'ISSUED_IN_FUTURE', aheadSeconds } };
  const safeUntil = judged.credentials.expiration - judged.required * 1000;
  return { ...judged, verdict: 'safe', unknownReason: null, outlook: 'now', safeUntil };
}

/** By how much `LastUpdated` is ahead of the clock, if that is too much to trust the clock. Else null. */
function findDecisiveAhead(
  { lastUpdated }: IssuedCredentials,
  { at, analysis }: JudgePassedOptions,
): Seconds | null {
  const ahead = lastUpdated === null ? 0 : secondsBetween(at, lastUpdated);
  return ahead > DECISIVE_AHEAD ? ahead : findDecisiveIssuedInFuture(analysis?.measurement ?? null);
}

/** The later time counts, so that a slow clock does not make credentials last longer. */
function judgeCredentials(current: CurrentCredentials, options: JudgePassedOptions) {
  const at = Math.max(options.at, current.credentials.lastUpdated ?? options.at);
  const measured = measureCredentials(current, { ...options, at });
  const hostTime = options.hostTime ?? options.at;
  const judged = { ...startJudgement({ ...options, at, hostTime }), ...measured };
  // The source is broken, so its usual rotations say nothing.
  const isExpired = measured.remaining < 0 && judged.outlook !== 'never';
  return isExpired ? { ...judged, outlook: 'unknown' as const, nextRotation: null } : judged;
}

/** The verdict `unknown` for stored credentials whose sample is too old or in the future. */
export function judgeUnusableSample(
  unknownReason: UnusableSampleReason,
  current: CurrentCredentials,
  options: JudgePassedOptions,
): NowJudgement {
  return { ...judgeCredentials(current, options), verdict: 'unknown', unknownReason };
}

/**
 * The verdict `unknown` if there are no current credentials. The outlook still comes from history.
 * @param identity the polled series, null if unknown
 */
export function judgeWithoutCredentials(
  unknownReason: NoCredentialsReason,
  identity: SeriesIdentity | null,
  options: JudgePassedOptions,
): NowJudgement {
  const judged = startJudgement(options);
  return {
    ...judged,
    ...(isWithoutRole(unknownReason) && judged.outlook !== 'never' && NO_ROTATION),
    verdict: 'unknown',
    unknownReason,
    identity,
    credentials: null,
    returned: null,
    laterExpiration: null,
    remaining: null,
    spare: null,
  };
}

const NO_ROTATION = { outlook: 'unknown', nextRotation: null, validityAfterRotation: null } as const;

const REASONS_WITHOUT_ROLE: ReadonlySet<FailureReason> = new Set([
  'no-role',
  'no-association',
  'instance-profile-not-found',
]);

/** Without a role, no next rotation can be expected. */
const isWithoutRole = (reason: NowUnknownReason | null): boolean =>
  reason?.code === 'POLL_FAILED' && REASONS_WITHOUT_ROLE.has(reason.reason);

function startJudgement(options: JudgePassedOptions) {
  const { job, at, hostTime = at, analysis, clockOffset = null, session = null } = options;
  const required = job.duration + job.margin;
  const laterStart = findLaterStart(analysis, required, session);
  const findings = updateClockSkew(laterStart.findings, clockOffset ?? findNewestOffset(analysis));
  const polledEverySeconds = findPollInterval(analysis, at);
  const hasPoller = analysis?.polledAt != null;
  return {
    ...{
      job,
      required,
      judgedAt: at,
      hostTime,
      clockOffset,
      session,
      polledEverySeconds,
      hasPoller,
      safeUntil: null,
    },
    ...{ ...laterStart, findings },
  };
}

const findNewestOffset = (analysis: SeriesAnalysis | null): Seconds | null =>
  analysis?.measurement?.clock.newestOffset ?? null;

function updateClockSkew(findings: readonly Finding[], newestOffset: Seconds | null): readonly Finding[] {
  if (newestOffset === null) return findings;
  const others = findings.filter(({ code }) => code !== 'CLOCK_SKEW');
  return [...listCurrentClockSkew(newestOffset), ...others];
}

function measureCredentials(
  { identity, credentials, laterExpiration = null }: CurrentCredentials,
  { job, at, analysis }: JudgePassedOptions,
) {
  const expiration = findEarliestExpiration(credentials, analysis?.measurement ?? null);
  const remaining = secondsBetween(at, expiration);
  return {
    identity,
    credentials: { ...credentials, expiration },
    returned: null,
    laterExpiration: expiration < credentials.expiration ? credentials.expiration : laterExpiration,
    remaining,
    spare: remaining - job.duration - job.margin,
  };
}

function findLaterStart(
  analysis: SeriesAnalysis | null,
  required: Seconds,
  session: RequestedSession | null,
): LaterStart {
  const measurement = analysis?.measurement ?? null;
  const findings = analysis?.findings.filter((each) => mattersNow(each, measurement)) ?? [];
  const nextRotation = measurement && forecastRotation(measurement);
  const noForecastReason = findNoForecastReason(measurement);
  if (session !== null && session.durationSeconds !== null) {
    // Samples that were requested for another duration say nothing about the next request.
    const validityAfterRotation = measurement && findRequestedValidity(measurement, session);
    const outlook = isSessionTooShort(session, required) ? 'never' : 'unknown';
    return { outlook, nextRotation, noForecastReason, validityAfterRotation, findings };
  }
  return {
    outlook: measurement === null ? 'unknown' : findOutlook(measurement, required),
    nextRotation,
    noForecastReason,
    validityAfterRotation: measurement?.validityWhenIssued ?? null,
    findings,
  };
}

function findOutlook(measurement: Measurement, required: Seconds): Outlook {
  const figures = new MeasurementFigures(measurement);
  if (
    isNeverSafe(figures, required) &&
    isEnoughForNever(measurement, figures.largestPossibleValidity, required)
  )
    return 'never';
  const { validityWhenIssued } = measurement;
  if (validityWhenIssued === null || !isOutlookAfterRotationPossible(figures)) return 'unknown';
  if (required + MIN_START_TIME <= validityWhenIssued.min) return 'after-rotation';
  return required <= validityWhenIssued.max ? 'perhaps-after-rotation' : 'unknown';
}

/** With fewer rotations, `never` needs a job that clearly exceeds the largest validity. */
const MANY_ROTATIONS = 60;
const MIN_ROTATIONS_FOR_NEVER = 5;
const CLEAR_EXCESS: Seconds = 600;

function isEnoughForNever(
  { witnessedCount, sampleCount, isIssuedPerRequest }: Measurement,
  largestPossibleValidity: Seconds,
  required: Seconds,
): boolean {
  const observations = isIssuedPerRequest ? sampleCount : witnessedCount;
  if (observations >= MANY_ROTATIONS) return required > largestPossibleValidity;
  return observations >= MIN_ROTATIONS_FOR_NEVER && required > largestPossibleValidity + CLEAR_EXCESS;
}

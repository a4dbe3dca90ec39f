import { forecastRotation } from '../measurement/forecast.ts';
import { getGenerationKey } from '../measurement/generations.ts';
import type { Measurement, ValidityRange } from '../measurement/measurement.ts';
import { range } from '../measurement/statistics.ts';
import type { Instant, IssuedCredentials, Seconds, SeriesIdentity } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import type { Finding, FindingCode } from './finding.ts';
import { isNeverSafe, wasEverSafe } from './job.ts';
import type { Job } from './job-verdict.ts';
import type {
  LaterStart,
  NoCredentialsReason,
  NowJudgement,
  Outlook,
  UnusableSampleReason,
} from './now-verdict.ts';
import type { SeriesAnalysis } from './series-analysis.ts';

/** The credentials from a poll just made, or from the newest stored sample. */
export interface CurrentCredentials {
  identity: SeriesIdentity;
  credentials: IssuedCredentials;
}

interface JudgeNowOptions {
  job: Job;
  /** See {@link NowJudgement.judgedAt}. */
  at: Instant;
  /** See {@link NowJudgement.clockOffset}. */
  clockOffset?: Seconds | null;
  /** The history of the series. Null if nothing is stored. */
  analysis: SeriesAnalysis | null;
}

/** Judges a job that starts now, and predicts when a later start will be safe. */
export function judgeNow(current: CurrentCredentials, options: JudgeNowOptions): NowJudgement {
  const judged = { ...startJudgement(options), ...measureCredentials(current, options) };
  return judged.spare >= 0
    ? { ...judged, verdict: 'safe', unknownReason: null, outlook: 'now' }
    : { ...judged, verdict: 'not-safe', unknownReason: null };
}

/** The verdict `unknown` for stored credentials whose sample is too old or in the future. */
export function judgeUnusableSample(
  unknownReason: UnusableSampleReason,
  current: CurrentCredentials,
  options: JudgeNowOptions,
): NowJudgement {
  const judged = { ...startJudgement(options), ...measureCredentials(current, options) };
  return { ...judged, verdict: 'unknown', unknownReason };
}

/**
 * The verdict `unknown` if there are no current credentials. The outlook still comes from history.
 * @param identity the polled series, null if unknown
 */
export function judgeWithoutCredentials(
  unknownReason: NoCredentialsReason,
  identity: SeriesIdentity | null,
  options: JudgeNowOptions,
): NowJudgement {
  return {
    ...startJudgement(options),
    verdict: 'unknown',
    unknownReason,
    identity,
    credentials: null,
    laterExpiration: null,
    remaining: null,
    spare: null,
  };
}

function startJudgement({ job, at, analysis, clockOffset = null }: JudgeNowOptions) {
  const required = job.duration + job.margin;
  return { job, required, judgedAt: at, clockOffset, ...findLaterStart(analysis, required) };
}

function measureCredentials(
  { identity, credentials }: CurrentCredentials,
  { job, at, analysis }: JudgeNowOptions,
) {
  const expiration = findEarliestExpiration(credentials, analysis?.measurement ?? null);
  const remaining = secondsBetween(at, expiration);
  return {
    identity,
    credentials: { ...credentials, expiration },
    laterExpiration: expiration < credentials.expiration ? credentials.expiration : null,
    remaining,
    spare: remaining - job.duration - job.margin,
  };
}

/** The smallest expiration ever stated for this key: a source may state a later one. */
function findEarliestExpiration(credentials: IssuedCredentials, measurement: Measurement | null): Instant {
  const known = measurement?.generations.find(
    (each) => getGenerationKey(each) === getGenerationKey(credentials),
  );
  return Math.min(credentials.expiration, known?.expiration ?? Number.POSITIVE_INFINITY);
}

/** Whether the finding concerns a start now. Others are about the past or about polling. */
function mattersNow(finding: Finding, measurement: Measurement | null): boolean {
  // `POLLS_FAILED` matters until a sample follows.
  if (finding.code === 'POLLS_FAILED') return finding.lastAt > (measurement?.lastSample ?? 0);
  return MATTERS_NOW[finding.code];
}

/** Whether a finding matters for a start now, and not only for the history. */
const MATTERS_NOW: Readonly<Record<Exclude<FindingCode, 'POLLS_FAILED'>, boolean>> = {
  SERVED_EXPIRED: false,
  ROTATION_TOO_LATE: false,
  ROTATION_OVERDUE: true,
  ISSUED_PER_REQUEST: false,
  TWO_AT_ONCE: true,
  EXPIRATION_EXTENDED: false,
  ISSUED_IN_FUTURE: false,
  STALE_SAMPLES: false,
  POLLING_GAP: false,
  POLLS_TOO_RARE: false,
  CLOCK_SKEW: true,
  CLOCK_UNKNOWN: false,
  ZONELESS_TIME: false,
  IMDS_V1_USED: false,
};

function findLaterStart(analysis: SeriesAnalysis | null, required: Seconds): LaterStart {
  const measurement = analysis?.measurement ?? null;
  const findings = analysis?.findings.filter((each) => mattersNow(each, measurement)) ?? [];
  return {
    outlook: measurement === null ? 'unknown' : findOutlook(measurement, required),
    nextRotation: measurement && forecastRotation(measurement),
    validityAfterRotation: measurement?.validityWhenIssued ?? null,
    findings,
  };
}

function findOutlook(measurement: Measurement, required: Seconds): Outlook {
  if (isNeverSafe(measurement, required) && isEnoughForNever(measurement, required)) return 'never';
  if (haveEqualValidities(measurement) && !wasEverSafe(measurement, required)) return 'never';
  const { validityWhenIssued } = measurement;
  if (validityWhenIssued === null) return 'unknown';
  if (required <= validityWhenIssued.min) return 'after-rotation';
  return required <= validityWhenIssued.max ? 'perhaps-after-rotation' : 'unknown';
}

/** More than the time that a response takes to arrive. */
const EQUAL_VALIDITY_TOLERANCE: Seconds = 5;

/**
 * Whether credentials are issued per request with equal validities. A source that rotates between any two
 * polls looks the same, except that its validities differ.
 */
function haveEqualValidities({ isIssuedPerRequest, generations }: Measurement): boolean {
  const validities = range(generations.map((each) => secondsBetween(each.firstSeen, each.expiration)));
  if (!isIssuedPerRequest || validities === null) return false;
  return validities.max - validities.min <= EQUAL_VALIDITY_TOLERANCE;
}

/** With fewer generations, `never` needs a job that requires much more than the largest validity. */
const MIN_GENERATIONS_FOR_NEVER = 3;
const MIN_EXCESS_FOR_NEVER = 1.25;

function isEnoughForNever(
  { generations, validityWhenIssued }: Measurement & { validityWhenIssued: ValidityRange },
  required: Seconds,
): boolean {
  return (
    generations.length >= MIN_GENERATIONS_FOR_NEVER ||
    required > MIN_EXCESS_FOR_NEVER * validityWhenIssued.max
  );
}

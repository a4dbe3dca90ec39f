import { forecastRotation } from '../measurement/forecast.ts';
import { generationKey } from '../measurement/generations.ts';
import type { Measurement } from '../measurement/measurement.ts';
import { range } from '../measurement/statistics.ts';
import type { Instant, IssuedCredentials, Seconds, SeriesIdentity } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import type { Finding, FindingCode } from './finding.ts';
import { isNeverSafe, wasEverSafe } from './job.ts';
import type { Job } from './job-verdict.ts';
import type { NowJudgement, NowUnknownReason, Outlook } from './now-verdict.ts';
import type { SeriesAnalysis } from './series-analysis.ts';

/** What a look at this moment brought, or the last one that is stored. */
export interface CurrentCredentials {
  identity: SeriesIdentity;
  credentials: IssuedCredentials;
}

interface JudgeNowOptions {
  job: Job;
  /** See {@link NowJudgement.judgedAt}. */
  at: Instant;
  clockOffset?: Seconds | null;
  /** What is known of the series; null where that is nothing. */
  analysis: SeriesAnalysis | null;
}

/** Will the credentials in hand outlive a job that starts now? And if not, when will a start be safe? */
export function judgeNow(
  { identity, credentials }: CurrentCredentials,
  { job, at, analysis, clockOffset = null }: JudgeNowOptions,
): NowJudgement {
  const required = job.duration + job.margin;
  const expiration = earliestStated(credentials, analysis?.measurement ?? null);
  const remaining = secondsBetween(at, expiration);
  const isSafe = remaining >= required;
  return {
    verdict: isSafe ? 'safe' : 'not-safe',
    job,
    required,
    judgedAt: at,
    clockOffset,
    identity,
    credentials: { ...credentials, expiration },
    laterExpiration: expiration < credentials.expiration ? credentials.expiration : null,
    remaining,
    spare: remaining - required,
    unknownReason: null,
    ...outlookOf(analysis, required),
    ...(isSafe ? { outlook: 'now' as const } : {}),
  };
}

/**
 * The answer where there is nothing fresh in hand. What history says of a later start stands all the same.
 * @param asked the series that a look was after, as far as it is known
 */
export function judgeUnknown(
  reason: NowUnknownReason,
  { job, at, analysis, clockOffset = null }: JudgeNowOptions,
  inHand: CurrentCredentials | null = null,
  asked: SeriesIdentity | null = null,
): NowJudgement {
  const judged = inHand === null ? null : judgeNow(inHand, { job, at, analysis });
  const required = job.duration + job.margin;
  return {
    verdict: 'unknown',
    job,
    required,
    judgedAt: at,
    clockOffset,
    identity: inHand?.identity ?? asked,
    credentials: judged?.credentials ?? null,
    laterExpiration: judged?.laterExpiration ?? null,
    remaining: judged?.remaining ?? null,
    spare: judged?.spare ?? null,
    unknownReason: reason,
    ...outlookOf(analysis, required),
  };
}

/** A source may state a later end for a key than it did before: the earliest one counts. */
function earliestStated(credentials: IssuedCredentials, measurement: Measurement | null): Instant {
  const known = measurement?.generations.find((each) => generationKey(each) === generationKey(credentials));
  return Math.min(credentials.expiration, known?.expiration ?? Number.POSITIVE_INFINITY);
}

/** The others are about the past, or about polling. */
const OF_THIS_MOMENT: ReadonlySet<FindingCode> = new Set(['ROTATION_OVERDUE', 'TWO_AT_ONCE', 'CLOCK_SKEW']);

function isOfThisMoment({ code, args }: Finding, measurement: Measurement | null): boolean {
  if (OF_THIS_MOMENT.has(code)) return true;
  return code === 'POLLS_FAILED' && (args.at as Instant) > (measurement?.lastSample ?? 0);
}

function outlookOf(
  analysis: SeriesAnalysis | null,
  required: Seconds,
): Pick<NowJudgement, 'outlook' | 'nextRotation' | 'validityAfterRotation' | 'findings'> {
  const measurement = analysis?.measurement ?? null;
  const findings = analysis?.findings.filter((each) => isOfThisMoment(each, measurement)) ?? [];
  if (measurement === null)
    return { outlook: 'unknown', nextRotation: null, validityAfterRotation: null, findings };
  const nextRotation = forecastRotation(measurement);
  const validityThen = measurement.validityWhenIssued;
  return {
    outlook: outlookAfter(measurement, required),
    nextRotation,
    validityAfterRotation: validityThen,
    findings,
  };
}

function outlookAfter(measurement: Measurement, required: Seconds): Outlook {
  if (isNeverSafe(measurement, required) && isEnoughForNever(measurement, required)) return 'never';
  if (isIssuedAlike(measurement) && !wasEverSafe(measurement, required)) return 'never';
  const { validityWhenIssued: issued } = measurement;
  if (issued === null) return 'unknown';
  if (required <= issued.min) return 'after-rotation';
  return required <= issued.max ? 'perhaps-after-rotation' : 'unknown';
}

/** More than answers take to arrive. */
const ALIKE: Seconds = 5;

/**
 * Every request brings new credentials, all with the same validity. Undated ones have no validity when issued, and a
 * source that rotates between any two looks is like them, but for validities that differ.
 */
function isIssuedAlike({ isIssuedPerRequest, generations }: Measurement): boolean {
  const validities = range(
    generations.map(({ firstSeen, expiration }) => secondsBetween(firstSeen, expiration)),
  )!;
  return isIssuedPerRequest && validities.max - validities.min <= ALIKE;
}

/** One or two generations say little of the next, unless what is asked is out of all proportion to what they had. */
const GENERATIONS_FOR_NEVER = 3;
const OUT_OF_PROPORTION = 1.25;

function isEnoughForNever({ generations, validityWhenIssued }: Measurement, required: Seconds): boolean {
  return (
    generations.length >= GENERATIONS_FOR_NEVER || required > OUT_OF_PROPORTION * validityWhenIssued!.max
  );
}

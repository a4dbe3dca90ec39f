import { forecastRotation } from './forecast.ts';
import { generationKey } from './generations.ts';
import { secondsBetween } from './instant.ts';
import { isNeverSafe, wasEverSafe } from './job.ts';
import type {
  FindingCode,
  Instant,
  IssuedCredentials,
  Job,
  Measurement,
  NowUnknownReason,
  NowVerdict,
  Outlook,
  Seconds,
  SeriesAnalysis,
  SeriesIdentity,
} from './model.ts';

/** What a look at this moment brought, or the last one that is stored. */
export interface InHand {
  identity: SeriesIdentity;
  credentials: IssuedCredentials;
}

interface Judged {
  job: Job;
  /** By AWS's clock. */
  at: Instant;
  /** What is known of the series; null where that is nothing. */
  analysis: SeriesAnalysis | null;
}

/** Will the credentials in hand outlive a job that starts now? And if not, when will a start be safe? */
export function judgeNow({ identity, credentials }: InHand, { job, at, analysis }: Judged): NowVerdict {
  const required = job.duration + job.margin;
  const expiration = earliestStated(credentials, analysis?.measurement ?? null);
  const remaining = secondsBetween(at, expiration);
  const isSafe = remaining >= required;
  return {
    verdict: isSafe ? 'safe' : 'not-safe',
    job,
    required,
    judgedAt: at,
    identity,
    credentials: { ...credentials, expiration },
    remaining,
    spare: remaining - required,
    unknownReason: null,
    ...outlookOf(analysis, required),
    ...(isSafe ? { outlook: 'now' as const } : {}),
  };
}

/** The answer where there is nothing fresh in hand. What history says of a later start stands all the same. */
export function judgeUnknown(
  reason: NowUnknownReason,
  { job, at, analysis }: Judged,
  inHand: InHand | null = null,
): NowVerdict {
  const judged = inHand === null ? null : judgeNow(inHand, { job, at, analysis });
  const required = job.duration + job.margin;
  return {
    verdict: 'unknown',
    job,
    required,
    judgedAt: at,
    identity: inHand?.identity ?? null,
    credentials: judged?.credentials ?? null,
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

function outlookOf(
  analysis: SeriesAnalysis | null,
  required: Seconds,
): Pick<NowVerdict, 'outlook' | 'nextRotation' | 'validityThen' | 'findings'> {
  const findings = analysis?.findings.filter(({ code }) => OF_THIS_MOMENT.has(code)) ?? [];
  const measurement = analysis?.measurement ?? null;
  if (measurement === null) return { outlook: 'unknown', nextRotation: null, validityThen: null, findings };
  const nextRotation = forecastRotation(measurement);
  const validityThen = measurement.validityWhenIssued;
  return { outlook: outlookAfter(measurement, required), nextRotation, validityThen, findings };
}

function outlookAfter(measurement: Measurement, required: Seconds): Outlook {
  if (isNeverSafe(measurement, required)) return 'never';
  // Undated, these have no validity when issued; but each was new when it was seen.
  if (measurement.issuedPerRequest && !wasEverSafe(measurement, required)) return 'never';
  const { validityWhenIssued: issued } = measurement;
  if (issued === null) return 'unknown';
  if (required <= issued.min) return 'after-rotation';
  return required <= issued.max ? 'perhaps-after-rotation' : 'unknown';
}

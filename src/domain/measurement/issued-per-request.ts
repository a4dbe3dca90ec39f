import type { Instant, Seconds, SourceName } from '../model.ts';
import { secondsBetween } from '../time/instant.ts';
import { valueAt } from './columns/column.ts';
import type { GenerationColumns } from './columns/generation-columns.ts';
import type { ValidityRange } from './measurement.ts';
import { range } from './statistics.ts';

/** Polls within this time get the same credentials, unless the source issues them per request. */
const CLOSE_POLLS: Seconds = 60;

/** A single close pair may be the last sample before a rotation and the first sample after it. */
const MIN_CLOSE_PAIRS = 2;

/** Credentials issued for a request are at most this old when the response arrives. */
const MAX_AGE_ON_ARRIVAL: Seconds = 2;

/** Credentials issued for a request have the same validity, except for rounding. */
const VALIDITY_TOLERANCE: Seconds = 2;

const MIN_FRESH_SAMPLES = 3;

/** With these sources, each request names the validity. An administrator sets it for IAM Identity Center. */
const REQUESTING_SOURCES: ReadonlySet<SourceName> = new Set(['web-identity', 'role', 'github']);

/** AWS STS and IAM Identity Center issue new credentials for every request. */
const ISSUING_SOURCES: ReadonlySet<SourceName> = new Set([...REQUESTING_SOURCES, 'sso']);

/** A slow response and an unknown clock offset change the validity of a sample by less. */
export const DURATION_TOLERANCE: Seconds = 60;

/** Whether the samples of an issuing source were requested for different durations. */
export const areDurationsMixed = (validity: ValidityRange | null, source: SourceName | null): boolean =>
  source !== null &&
  REQUESTING_SOURCES.has(source) &&
  validity !== null &&
  validity.max - validity.min > DURATION_TOLERANCE;

/**
 * True if no key occurs twice, and the source is known to issue credentials per request, or close polls returned
 * different keys, or each document was just issued.
 * @param source null if unknown
 */
export function areIssuedPerRequest(ordered: GenerationColumns, source: SourceName | null = null): boolean {
  const { samples, firstSeen, lastSeen } = ordered;
  const isSeenTwice = samples.some(
    (count, index) => count > 1 || valueAt(firstSeen, index) < valueAt(lastSeen, index),
  );
  if (isSeenTwice) return false;
  const isIssuing = source !== null && ISSUING_SOURCES.has(source);
  return isIssuing || haveCloseChanges(ordered) || areAllFresh(ordered);
}

function haveCloseChanges({ firstSeen, lastSeen }: GenerationColumns): boolean {
  const close = firstSeen.filter(
    (seen, index) => secondsBetween(valueAt(lastSeen, index - 1), seen) <= CLOSE_POLLS,
  );
  return close.length >= MIN_CLOSE_PAIRS;
}

function areAllFresh({
  count,
  lastUpdated,
  expiration,
  firstSeen,
  rawFirstSeen,
}: GenerationColumns): boolean {
  const validities = range(
    lastUpdated
      .map((issued, index) => secondsBetween(issued, valueAt(expiration, index)))
      .filter((validity) => !Number.isNaN(validity)),
  );
  return (
    count >= MIN_FRESH_SAMPLES &&
    validities !== null &&
    validities.max - validities.min <= VALIDITY_TOLERANCE &&
    (lastUpdated.every((issued, index) => isFresh(issued, valueAt(firstSeen, index))) ||
      // The `Date` header may be wrong.
      lastUpdated.every((issued, index) => isFresh(issued, valueAt(rawFirstSeen, index))))
  );
}

/** False for an undated generation, whose `lastUpdated` is NaN. */
const isFresh = (lastUpdated: Instant, firstSeen: Instant): boolean =>
  Math.abs(secondsBetween(lastUpdated, firstSeen)) <= MAX_AGE_ON_ARRIVAL;

import type { Sample } from '../../../domain/model.ts';
import { isPlausibleClockOffset } from '../../../domain/time/clock-plausibility.ts';
import type { ParsedInstant } from '../../../domain/time/instant.ts';
import type { LoggedDocument } from '../documents/document.ts';
import type { ObservationTime } from './observation-time.ts';

/** Creates the sample of a document that was polled at this time. */
export function createSample(
  { accessKeyId, lastUpdated }: LoggedDocument,
  expiration: ParsedInstant,
  { observedAt, clockOffset }: ObservationTime,
): Sample {
  const sample: Sample = {
    accessKeyId: accessKeyId ?? '',
    lastUpdated: lastUpdated?.instant ?? null,
    expiration: expiration.instant,
    zoneless: expiration.zoneless || (lastUpdated?.zoneless ?? false),
    observedAt,
    clockOffset: null,
  };
  // Like `poll`, ignores a `Date` header that contradicts the document.
  if (clockOffset !== null && isPlausibleClockOffset(clockOffset, observedAt, sample)) {
    sample.clockOffset = clockOffset;
  }
  return sample;
}

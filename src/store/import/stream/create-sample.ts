import { isPlausibleClockOffset } from '../../../domain/clock-plausibility.ts';
import type { Sample } from '../../../domain/model.ts';
import type { ParsedInstant } from '../../../domain/time/instant.ts';
import type { LoggedDocument } from '../documents/document.ts';
import type { ObservationTime } from './stamps.ts';

/** The sample of a document that was read at this time. */
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
  // As in `poll`, a `Date` that contradicts the document is not used.
  if (clockOffset !== null && isPlausibleClockOffset(clockOffset, observedAt, sample)) {
    sample.clockOffset = clockOffset;
  }
  return sample;
}

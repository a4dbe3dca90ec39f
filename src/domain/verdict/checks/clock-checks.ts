import { LONGEST_ENDPOINT_VALIDITY, LONGEST_PLAUSIBLE_VALIDITY } from '../../aws-limits.ts';
import { NOTABLE_CLOCK_OFFSET } from '../../measurement/clock-correction.ts';
import { countPresent, countValues, isAllAbsent, valueAt } from '../../measurement/columns/column.ts';
import { getHistoryColumns } from '../../measurement/columns/column-measurement.ts';
import type { GenerationColumns } from '../../measurement/columns/generation-columns.ts';
import type { Seconds } from '../../model.ts';
import { isEndpointSource } from '../../series-key.ts';
import { secondsBetween } from '../../time/instant.ts';
import type { FindingWith } from '../finding.ts';
import type { SampleChecks } from '../series-analysis.ts';

/** Checks of the host's clock and of the times in documents. */
export const CLOCK_CHECKS = {
  ISSUED_IN_FUTURE({ clock: { issuedInFuture, shiftMs } }) {
    if (issuedInFuture === null) return null;
    const { count, ahead: aheadSeconds } = issuedInFuture;
    return { count, aheadSeconds, shiftedBySeconds: Math.floor(shiftMs / 1000) };
  },

  VALIDITY_TOO_LONG(measurement, { identity: { source } }) {
    if (!isEndpointSource(source)) return null;
    const { generations } = getHistoryColumns(measurement);
    const { lastUpdated, smallestClockOffset, firstSeen, expiration } = generations;
    let [count, longestSeconds] = [0, 0];
    for (let index = 0; index < generations.count; index += 1) {
      const isProven =
        !Number.isNaN(valueAt(lastUpdated, index)) || !Number.isNaN(valueAt(smallestClockOffset, index));
      const seconds = secondsBetween(valueAt(firstSeen, index), valueAt(expiration, index));
      if (isProven || seconds <= LONGEST_PLAUSIBLE_VALIDITY) continue;
      count += 1;
      longestSeconds = Math.max(longestSeconds, seconds);
    }
    return count === 0 ? null : { count, longestSeconds, knownSeconds: LONGEST_ENDPOINT_VALIDITY };
  },

  CLOCK_SKEW(measurement) {
    const { generations } = getHistoryColumns(measurement);
    const largest = findLargestOffset(generations);
    if (Math.abs(largest) <= NOTABLE_CLOCK_OFFSET) return null;
    // An undated series ignores only offsets of a host that is ahead.
    const isUndated = isAllAbsent(generations.lastUpdated);
    const isCorrected = !measurement.clock.usesRawTimes || (isUndated && largest < 0);
    return { offsetSeconds: largest, corrected: isCorrected };
  },

  CLOCK_UNKNOWN(measurement) {
    const { count: generationCount, smallestClockOffset } = getHistoryColumns(measurement).generations;
    const count = generationCount - countPresent(smallestClockOffset);
    return count === 0 ? null : { count, generationCount };
  },

  ZONELESS_TIME(measurement) {
    const count = countValues(getHistoryColumns(measurement).generations.zoneless, 1);
    return count === 0 ? null : { count };
  },
} satisfies Partial<SampleChecks>;

/** The clock may have been corrected since the samples of the finding, so the newest offset replaces theirs. */
export const listCurrentClockSkew = (newestOffset: Seconds): FindingWith<'CLOCK_SKEW'>[] =>
  Math.abs(newestOffset) <= NOTABLE_CLOCK_OFFSET
    ? []
    : [
        {
          ...{ code: 'CLOCK_SKEW', severity: 'problem' },
          ...{ offsetSeconds: newestOffset, corrected: newestOffset < 0 },
        },
      ];

/** The first of the offsets that are farthest from 0. 0 without an offset. */
function findLargestOffset({ count, smallestClockOffset, largestClockOffset }: GenerationColumns): Seconds {
  let largest = 0;
  for (let index = 0; index < count; index += 1) {
    const lower = valueAt(smallestClockOffset, index);
    const upper = valueAt(largestClockOffset, index);
    if (Math.abs(lower) > Math.abs(largest)) largest = lower;
    if (Math.abs(upper) > Math.abs(largest)) largest = upper;
  }
  return largest;
}

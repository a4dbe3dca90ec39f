import { valueAt } from '../../measurement/columns/column.ts';
import { getHistoryColumns } from '../../measurement/columns/column-measurement.ts';
import type { Measurement } from '../../measurement/measurement.ts';
import { minBy } from '../../measurement/statistics.ts';
import type { Seconds } from '../../model.ts';
import { secondsBetween } from '../../time/instant.ts';
import type { FindingFields } from '../finding.ts';
import type { CheckedSeries, SampleChecks } from '../series-analysis.ts';
import { choosePollInterval, isPolledTooRarely } from './poll-interval.ts';

const DEFAULT_POLL_INTERVAL: Seconds = 300;

/** Checks of when the series was polled, and over which API. */
export const POLLING_CHECKS = {
  STALE_SAMPLES({ lastSample }, { age, maxAge }) {
    if (age === null || maxAge === null || age <= maxAge) return null;
    return { lastSampleAt: lastSample, ageSeconds: age, maxAgeSeconds: maxAge };
  },

  POLLING_GAP({ gaps }) {
    const longest = minBy(gaps, ({ from, to }) => from - to);
    if (longest === null) return null;
    return {
      count: gaps.length,
      totalSeconds: gaps.reduce((sum, { from, to }) => sum + secondsBetween(from, to), 0),
      longestSeconds: secondsBetween(longest.from, longest.to),
      longestStartedAt: longest.from,
    };
  },

  POLLS_TOO_RARE(measurement) {
    const { usualGap, rotationInterval, isIssuedPerRequest } = measurement;
    if (usualGap === null || isIssuedPerRequest) return null;
    if (rotationInterval !== null) {
      const { median } = rotationInterval;
      return isPolledTooRarely(usualGap, median)
        ? { usualGapSeconds: usualGap, pollEverySeconds: choosePollInterval(median) }
        : null;
    }
    if (!areRotationsMissed(measurement, usualGap)) return null;
    return { usualGapSeconds: usualGap, pollEverySeconds: Math.min(DEFAULT_POLL_INTERVAL, usualGap) };
  },

  IMDS_V1_USED(_, { identity }) {
    return identity.source === 'imds' && identity.apiVersion === '1' ? {} : null;
  },
} satisfies Partial<SampleChecks>;

/** Whether a rotation is unwitnessed, and no generation was seen for as long as the usual gap. */
function areRotationsMissed(measurement: Measurement, usualGap: Seconds): boolean {
  const { rotations, generations } = getHistoryColumns(measurement);
  return (
    measurement.witnessedCount < rotations.count &&
    generations.firstSeen.every(
      (firstSeen, index) => secondsBetween(firstSeen, valueAt(generations.lastSeen, index)) < usualGap,
    )
  );
}

export function checkFailedPolls({ failedPolls }: CheckedSeries): FindingFields['POLLS_FAILED'] | null {
  const count = failedPolls.reduce((sum, each) => sum + each.count, 0);
  const latest = minBy(failedPolls, ({ lastAt }) => -lastAt);
  if (latest === null || count === 0) return null;
  return { count, lastReason: latest.reason, lastAt: latest.lastAt };
}

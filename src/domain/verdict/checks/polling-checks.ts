import { findMaxSampleAge } from '../../live/sample-age.ts';
import { getHistoryColumns } from '../../measurement/columns/column-measurement.ts';
import { minBy } from '../../measurement/statistics.ts';
import { secondsBetween } from '../../time/instant.ts';
import type { FindingFields } from '../finding.ts';
import type { CheckedSeries, SampleChecks } from '../series-analysis.ts';
import { findBetterPollInterval } from './poll-interval.ts';

/** Checks of when the series was polled, and over which API. */
export const POLLING_CHECKS = {
  STALE_SAMPLES({ lastSample }, { age, maxAge }) {
    if (age === null || maxAge === null || age <= maxAge) return null;
    return { lastSampleAt: lastSample, ageSeconds: age, maxAgeSeconds: maxAge };
  },

  // Samples of `check` are recent, although no poller works.
  POLLS_STOPPED({ lastSample: lastSampleAt, usualGap }, { lastPollAt }) {
    if (lastPollAt === undefined) return null;
    const silentSeconds = secondsBetween(lastPollAt, lastSampleAt);
    return silentSeconds > findMaxSampleAge(usualGap) ? { lastPollAt, lastSampleAt, silentSeconds } : null;
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
    const pollEverySeconds = findBetterPollInterval(measurement);
    if (measurement.usualGap === null || pollEverySeconds === null) return null;
    const rotationCount = getHistoryColumns(measurement).rotations.count;
    return {
      usualGapSeconds: measurement.usualGap,
      pollEverySeconds,
      rotationCount,
      unwitnessedCount: rotationCount - measurement.witnessedCount,
    };
  },

  IMDS_V1_USED(_, { identity }) {
    return identity.source === 'imds' && identity.apiVersion === '1' ? {} : null;
  },
} satisfies Partial<SampleChecks>;

export function checkFailedPolls({ failedPolls }: CheckedSeries): FindingFields['POLLS_FAILED'] | null {
  const count = failedPolls.reduce((sum, each) => sum + each.count, 0);
  const latest = minBy(failedPolls, ({ lastAt }) => -lastAt);
  if (latest === null || count === 0) return null;
  return { count, lastReason: latest.reason, lastAt: latest.lastAt };
}

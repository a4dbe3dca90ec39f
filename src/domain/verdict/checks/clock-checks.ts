import { minBy, range } from '../../measurement/statistics.ts';
import type { Seconds } from '../../model.ts';
import { secondsBetween } from '../../time/instant.ts';
import type { SampleChecks } from './check.ts';

/** Smaller errors of a clock are not reported. */
export const NOTABLE_CLOCK_OFFSET: Seconds = 60;

/** Checks of the host's clock and of the times in documents. */
export const CLOCK_CHECKS = {
  ISSUED_IN_FUTURE({ generations }) {
    const ahead = generations
      .flatMap(({ lastUpdated, firstSeen }) =>
        lastUpdated === null ? [] : secondsBetween(firstSeen, lastUpdated),
      )
      .filter((seconds) => seconds > NOTABLE_CLOCK_OFFSET);
    const distances = range(ahead);
    return distances === null ? null : { count: ahead.length, aheadSeconds: distances.max };
  },

  CLOCK_SKEW({ generations }) {
    const offsets = generations.flatMap(({ smallestClockOffset, largestClockOffset }) =>
      smallestClockOffset === null || largestClockOffset === null
        ? []
        : [smallestClockOffset, largestClockOffset],
    );
    const largest = minBy(offsets, (offset) => -Math.abs(offset));
    if (largest === null || Math.abs(largest) <= NOTABLE_CLOCK_OFFSET) return null;
    return { offsetSeconds: largest };
  },

  CLOCK_UNKNOWN({ generations }) {
    const count = generations.filter(({ smallestClockOffset }) => smallestClockOffset === null).length;
    return count === 0 ? null : { count, generationCount: generations.length };
  },

  ZONELESS_TIME({ generations }) {
    const count = generations.filter(({ zoneless }) => zoneless).length;
    return count === 0 ? null : { count };
  },
} satisfies Partial<SampleChecks>;

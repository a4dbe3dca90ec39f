import type { Assessment } from '../../domain/verdict/assessment.ts';
import { chooseShownSeries, type SeriesLimits, type ShownSeries } from '../../domain/verdict/shown-series.ts';

/** Limits the number of series in text, because people do not read longer text to its end. */
export const MAX_SERIES_IN_TEXT = 50;

/**
 * The series in a report for people. In stored order, or the most important first if some are left out.
 * @param maxSeries applies without `--top`
 */
export function chooseReadableSeries(
  assessment: Assessment,
  limits: SeriesLimits,
  maxSeries: number,
): ShownSeries {
  const chosen = chooseShownSeries(assessment, limits);
  return limits.top !== null || chosen.shown.length <= maxSeries
    ? chosen
    : chooseShownSeries(assessment, { ...limits, top: maxSeries });
}

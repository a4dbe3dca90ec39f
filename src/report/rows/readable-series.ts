import type { Assessment } from '../../domain/verdict/assessment.ts';
import {
  chooseShownSeries,
  rankByImportance,
  type SeriesLimits,
  type ShownSeries,
} from '../../domain/verdict/shown-series.ts';

/** Limits the number of series in text, because people do not read longer text to its end. */
export const MAX_SERIES_IN_TEXT = 50;

/**
 * The series in a report for people, the most important first.
 * @param maxSeries applies without `--top`
 */
export function chooseReadableSeries(
  assessment: Assessment,
  limits: SeriesLimits,
  maxSeries: number,
): ShownSeries {
  const chosen = chooseShownSeries(assessment, limits);
  return limits.top !== null || chosen.shown.length <= maxSeries
    ? { ...chosen, shown: rankByImportance(chosen.shown) }
    : chooseShownSeries(assessment, { ...limits, top: maxSeries });
}

import { computeAge, findMaxAge } from '../verdict/analyse.ts';
import type { JudgedSeriesFigures } from '../verdict/figures/judged-figures.ts';
import type { Freshness } from '../verdict/series-analysis.ts';
import type { SeriesFigures } from './series-figures.ts';

/** The figures that `judgeFigures` needs, at the time of a report. */
export const toJudgedFigures = (
  { isPolled, measured, newestOutside }: SeriesFigures,
  { now, maxAge }: Freshness,
): JudgedSeriesFigures => ({
  measured,
  ...(newestOutside === undefined ? {} : { newestOutside }),
  age: measured && computeAge(now, measured),
  maxAge: findMaxAge(maxAge, isPolled),
  overdueServedFor: measured?.overdueServedFor ?? null,
  unprovenValidity: isPolled ? null : (measured?.unprovenValidity ?? null),
});

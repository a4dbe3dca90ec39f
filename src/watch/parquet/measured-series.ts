import type { Instant, Seconds, SeriesIdentity } from '../../domain/model.ts';
import { analyseColumns } from '../../domain/verdict/analyse.ts';
import { type AssessedSeries, assessSeries } from '../../domain/verdict/assessment.ts';
import type { ColumnHistory, SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { type MeasuredSeries, prepareSeries } from '../../report/parquet/series-rows.ts';
import type { HistoryReader } from '../../store/contract.ts';

/** A series with samples, which is measured when its rows are needed. */
export interface SeriesToMeasure {
  identity: SeriesIdentity;
  measure(): MeasuredSeries;
}

/**
 * Finds the series with samples, and which of them are retired, as a report does. Their order groups the series of a host.
 * @param readers of all series of a host and source, because a series of another role may have replaced a series
 */
export function findSeriesToMeasure(readers: readonly HistoryReader[], now: Instant): SeriesToMeasure[] {
  const histories = new WeakMap<SeriesAnalysis, ColumnHistory>();
  const freshness = { now, maxAge: null };
  const analysers = readers.map((read) => () => {
    const history = read();
    const analysis = analyseColumns(history, freshness);
    histories.set(analysis, history);
    return analysis;
  });
  const rules = { ...freshness, jobs: [], confidence: null, minWatched: null, judgeRetired: true };
  const { series } = assessSeries(analysers, rules);
  const newest = findNewestOfHosts(series);
  return series
    .filter(({ overview }) => overview !== null)
    .map((each) => ({ identity: each.identity, measure: () => measure(each) }));

  function measure(assessed: AssessedSeries): MeasuredSeries {
    const { analysis, identity, isRetired } = assessed;
    const history = histories.get(analysis);
    if (history === undefined || analysis.measurement === null)
      throw new RangeError('a series without samples cannot be measured');
    const { isPolled, session, generations, newestClockOffset } = history;
    const hostClockOffset: Seconds | null = newest.has(assessed) ? newestClockOffset : null;
    const { measurement } = analysis;
    return prepareSeries({
      identity,
      isPolled,
      isRetired,
      session,
      hostClockOffset,
      measurement,
      generations,
    });
  }
}

/** The series with the newest sample of each host. */
function findNewestOfHosts(series: readonly AssessedSeries[]): ReadonlySet<AssessedSeries> {
  const newest = new Map<string, { each: AssessedSeries; lastSample: Instant }>();
  for (const each of series) {
    if (each.overview === null) continue;
    const { lastSample } = each.overview;
    const known = newest.get(each.identity.host);
    if (known === undefined || lastSample > known.lastSample)
      newest.set(each.identity.host, { each, lastSample });
  }
  return new Set([...newest.values()].map(({ each }) => each));
}

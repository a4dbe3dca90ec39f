import { minBy } from '../domain/measurement/statistics.ts';
import type { Instant, SourceName } from '../domain/model.ts';
import { isEndpointSource } from '../domain/series-key.ts';
import { analyseColumns } from '../domain/verdict/analyse.ts';
import type { Freshness, SeriesAnalysis } from '../domain/verdict/series-analysis.ts';
import type { SampleStore } from '../store/sample-store.ts';

export type Histories = Pick<SampleStore, 'recentHistories'>;

/** The series of one host and source. */
export interface SeriesSelection {
  host: string;
  source: SourceName;
  /** Absent or `''`: unknown. */
  role?: string | undefined;
}

/** The selected series with samples. */
export function analyseSeries(
  store: Histories,
  { host, source, role }: SeriesSelection,
  time: Pick<Freshness, 'now' | 'machine'>,
): SeriesAnalysis[] {
  const filter = { host, source, ...(role === undefined || role === '' ? {} : { role }) };
  return store
    .recentHistories(filter)
    .map((history) => analyseColumns(history, { ...time, maxAge: 'default' }))
    .filter(({ measurement }) => measurement !== null);
}

/** Whether the series have several roles, and nothing tells which of them has the credentials of the job. */
export const isRoleUndecided = (analyses: readonly SeriesAnalysis[], { source }: SeriesSelection): boolean =>
  !isEndpointSource(source) && new Set(analyses.map(({ identity }) => identity.role)).size > 1;

/** The series with the newest sample, read by the machine that polls it. Null if its role is undecided. */
export function analyseNewestSeries(
  store: Histories,
  selection: SeriesSelection,
  now: Instant,
): SeriesAnalysis | null {
  const analyses = analyseSeries(store, selection, { now });
  if (isRoleUndecided(analyses, selection)) return null;
  return minBy(analyses, ({ measurement }) => -(measurement?.lastSample ?? 0));
}

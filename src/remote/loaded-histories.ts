import { compareBytes } from '../domain/lists.ts';
import { findLargest, valueAt } from '../domain/measurement/columns/column.ts';
import {
  createRecordedColumns,
  type RecordedColumns,
} from '../domain/measurement/columns/generation-columns.ts';
import { type Period, selectPeriod } from '../domain/measurement/columns/select-period.ts';
import type {
  Instant,
  JobRun,
  Seconds,
  SeriesIdentity,
  SeriesPart,
  SessionFacts,
  SourceName,
} from '../domain/model.ts';
import { getHostSourceKey } from '../domain/series-key.ts';
import type { SeriesSpan } from '../domain/verdict/figures/choose-series.ts';
import type { ColumnHistory } from '../domain/verdict/series-analysis.ts';
import { countByReason, type FailedPollGroup, joinFailedSpans } from './failed-poll-groups.ts';

/** Selects series. `since` and `until` select whole generations that were seen between them. */
export interface HistorySelection extends Period {
  host?: string | undefined;
  source?: SourceName | undefined;
  role?: string | undefined;
}

export interface LoadedSeries {
  identity: SeriesIdentity;
  isPolled: boolean;
  session: SessionFacts | null;
  /** Ordered by their last sample. */
  generations: RecordedColumns;
}

export interface LoadedJobRun {
  run: JobRun;
  /** Distinguishes runs that are equal otherwise. */
  ordinal: number;
}

/** The data of a PostgreSQL database or of a folder of Parquet files. */
export interface LoadedData {
  series: readonly LoadedSeries[];
  failedPolls: readonly FailedPollGroup[];
  /** The newest known offset of each host's clock. */
  clockOffsets: ReadonlyMap<string, Seconds>;
  /** The runs of the requested jobs, ordered by start. */
  jobRuns: readonly LoadedJobRun[];
  jobNames: readonly string[];
  /** Generations outside this period were not read. */
  period: Period;
  /** Series that only the role leaves out. With `since`, also the selected ones, with the time of all of their samples. */
  spans: readonly SeriesSpan[];
  /**
   * If no series is selected: all hosts, all sources of the selected host, and all roles of the selected host and source.
   * Else empty.
   */
  names: Readonly<Record<SeriesPart, readonly string[]>>;
}

const NO_GENERATIONS = createRecordedColumns(0, []);

interface SampledSeries extends LoadedSeries {
  /** The last sample in the selected period. */
  lastSample: Instant;
}

/**
 * Histories in memory, for the analysis of a store that can only be read asynchronously. Gives the same histories as
 * `SampleStore`, except that failed polls are selected in the groups in which they are stored.
 */
export class LoadedHistories {
  readonly #data: LoadedData;

  constructor(data: LoadedData) {
    this.#data = {
      ...data,
      series: data.series.toSorted((a, b) => compareIdentities(a.identity, b.identity)),
    };
  }

  /** The loaded data do not change. */
  keepState(): void {}

  /** The names were read for the selection of these histories. */
  seriesNames(part: SeriesPart): string[] {
    return [...this.#data.names[part]];
  }

  /** See {@link LoadedData.spans}. Only those that have samples in the period. */
  seriesSpans(selection: HistorySelection): SeriesSpan[] {
    const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = selection;
    return this.#data.spans.filter(
      ({ identity, overview }) =>
        isSelected(identity, selection) &&
        overview !== null &&
        overview.lastSample >= since &&
        overview.firstSample <= until,
    );
  }

  readonly jobNames = (): string[] => [...this.#data.jobNames];

  jobRuns({ job, host, source, role, since, until }: HistorySelection & { job: string }): JobRun[] {
    const runs = this.#data.jobRuns.map(({ run }) => run);
    return runs.filter(
      ({ job: name, identity, startedAt }) =>
        name === job &&
        isSelected(identity, { host, source, role }) &&
        startedAt >= (since ?? Number.NEGATIVE_INFINITY) &&
        startedAt <= (until ?? Number.POSITIVE_INFINITY),
    );
  }

  /** All series that were read, in a stable order. */
  get series(): readonly LoadedSeries[] {
    return this.#data.series;
  }

  /** All job runs that were read. */
  get allJobRuns(): readonly LoadedJobRun[] {
    return this.#data.jobRuns;
  }

  get hasFailedPolls(): boolean {
    return this.#data.failedPolls.length > 0;
  }

  /** One history per series, and one per host and source without samples but with failed polls. */
  historyReaders(selection: HistorySelection): (() => ColumnHistory)[] {
    const { until } = selection;
    if (!isWithin(selection, this.#data.period))
      throw new Error('this period was not read from the database');
    const sampled = this.#findSampled(selection);
    const newest = findNewestSeries(sampled);
    const failedPolls = this.#groupFailedPolls(selection);
    // A failed poll has no role, so it cannot be selected by role.
    const unsampled =
      selection.role === undefined ? [...failedPolls].filter(([key]) => !newest.has(key)) : [];
    return [
      ...sampled.map((series) => () => {
        // Only the newest series of a host and source gets the failed polls, so that they are not counted twice.
        const key = getHostSourceKey(series.identity);
        const groups = newest.get(key) === series ? (failedPolls.get(key) ?? []) : [];
        // The newest poll says nothing about an earlier period.
        const session = until === undefined ? series.session : null;
        return this.#createHistory({ ...series, session }, groups, selection);
      }),
      ...unsampled.map(([, groups]) => () => {
        const { host = '', source = 'imds' } = groups[0] ?? {};
        const identity = { host, source, apiVersion: '', role: '' };
        const series = { identity, isPolled: true, session: null, generations: NO_GENERATIONS };
        return this.#createHistory(series, groups, selection);
      }),
    ];
  }

  /** The newest generations of each selected series, and the failed polls since then. */
  recentHistories(
    selection: HistorySelection & { host: string; source: SourceName },
    limit = 1000,
  ): ColumnHistory[] {
    const { host, source, role } = selection;
    const sampled = this.#findSampled({ host, source, role });
    const newest = findNewestSeries(sampled).get(getHostSourceKey(selection));
    return sampled.map((series) => {
      const { count, lastSeen } = series.generations;
      const since = count > limit ? valueAt(lastSeen, count - limit) : undefined;
      const groups =
        series === newest
          ? (this.#groupFailedPolls({ host, source, since }).values().next().value ?? [])
          : [];
      return this.#createHistory(series, groups, { since });
    });
  }

  #findSampled(selection: HistorySelection): SampledSeries[] {
    return this.#data.series.flatMap((series) => {
      if (!isSelected(series.identity, selection)) return [];
      const generations = selectPeriod(series.generations, selection);
      const last = findLargest(generations.lastSeen);
      return last === -1 ? [] : { ...series, generations, lastSample: valueAt(generations.lastSeen, last) };
    });
  }

  /** The selected failed polls by host and source. */
  #groupFailedPolls({ host, source, since, until }: HistorySelection): Map<string, FailedPollGroup[]> {
    const groups = new Map<string, FailedPollGroup[]>();
    for (const group of this.#data.failedPolls) {
      if (!isSelected({ ...group, role: '' }, { host, source })) continue;
      if (group.lastAt < (since ?? Number.NEGATIVE_INFINITY)) continue;
      if (group.firstAt > (until ?? Number.POSITIVE_INFINITY)) continue;
      const key = getHostSourceKey(group);
      const known = groups.get(key);
      if (known === undefined) groups.set(key, [group]);
      else known.push(group);
    }
    return groups;
  }

  #createHistory(
    { identity, isPolled, session, generations }: LoadedSeries,
    groups: readonly FailedPollGroup[],
    period: Period,
  ): ColumnHistory {
    const selected = selectPeriod(generations, period);
    return {
      identity,
      isPolled,
      session,
      generations: selected,
      failedPolls: countByReason(groups),
      failedPollSpans: groups.length === 0 ? [] : joinFailedSpans(groups, selected, period),
      newestClockOffset: this.#data.clockOffsets.get(identity.host) ?? null,
    };
  }
}

const isSelected = (
  identity: Pick<SeriesIdentity, 'host' | 'source' | 'role'>,
  { host, source, role }: HistorySelection,
): boolean =>
  (host === undefined || identity.host === host) &&
  (source === undefined || identity.source === source) &&
  (role === undefined || identity.role === role);

const isWithin = (inner: Period, outer: Period): boolean =>
  (outer.since === undefined || (inner.since !== undefined && inner.since >= outer.since)) &&
  (outer.until === undefined || (inner.until !== undefined && inner.until <= outer.until));

/** The order of `SampleStore`. */
const compareIdentities = (a: SeriesIdentity, b: SeriesIdentity): number =>
  compareBytes(a.host, b.host) ||
  compareBytes(a.source, b.source) ||
  compareBytes(a.role, b.role) ||
  compareBytes(a.apiVersion, b.apiVersion);

/** Finds the series with the newest sample of each host and source. */
function findNewestSeries(sampled: readonly SampledSeries[]): Map<string, SampledSeries> {
  const newest = new Map<string, SampledSeries>();
  for (const series of sampled) {
    const key = getHostSourceKey(series.identity);
    const known = newest.get(key);
    if (known === undefined || series.lastSample > known.lastSample) newest.set(key, series);
  }
  return newest;
}

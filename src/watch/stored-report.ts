import { createRecordedColumns } from '../domain/measurement/columns/generation-columns.ts';
import type { JobRun, Seconds, SeriesHistory, SeriesPart } from '../domain/model.ts';
import { analyseColumns } from '../domain/verdict/analyse.ts';
import { type Assessment, assessSeries, type JobToJudge } from '../domain/verdict/assessment.ts';
import type { EvidenceRules } from '../domain/verdict/confidence.ts';
import {
  chooseEarlier,
  type EarlierSeries,
  type SeriesSpan,
} from '../domain/verdict/figures/choose-series.ts';
import type { ColumnHistory, Freshness, SeriesAnalysis } from '../domain/verdict/series-analysis.ts';
import type { HistoryReader, SeriesFilter } from '../store/contract.ts';
import { toSeriesHistory } from '../store/histories.ts';
import type { SampleStore } from '../store/sample-store.ts';

export type ReportStore = Pick<
  SampleStore,
  'historyReaders' | 'keepState' | 'jobRuns' | 'jobNames' | 'seriesNames' | 'seriesSpans'
>;

/** @param within names of other series are left out */
export type ReadSeriesNames = (
  part: SeriesPart,
  within: Pick<SeriesFilter, 'host' | 'source'>,
) => readonly string[];

/** The jobs that the caller wants to judge. */
export interface RequestedJobs {
  durations: readonly Seconds[];
  /** Names of recorded jobs. Without a duration, a named job has the duration of its longest run. */
  names: readonly string[];
}

export interface StoredReportOptions extends Freshness, EvidenceRules {
  filter: SeriesFilter;
  jobs: RequestedJobs;
  margin: Seconds;
}

/** The assessment of stored samples. */
export interface StoredReport {
  assessment: Assessment;
  /**
   * Assesses the same series without `since` and `until`. Reads the store at the first call, because only
   * metrics need the result.
   */
  assessAllTime(): Assessment;
  /** Assesses the same series with jobs of these durations instead. */
  assessDurations(durations: readonly Seconds[], margin: Seconds): Assessment;
  hasDatabase: boolean;
  /** The names of hosts, sources or roles with samples. */
  readSeriesNames: ReadSeriesNames;
  /** The names of all jobs with recorded runs. Empty unless a job was requested by name. */
  jobNames: readonly string[];
}

/**
 * True if the pairing of durations and names is unclear. One duration and one name describe one job. Several
 * jobs need only durations or only names.
 */
export const areJobsAmbiguous = ({ durations, names }: RequestedJobs): boolean =>
  durations.length > 0 && names.length > 0 && !(durations.length === 1 && names.length === 1);

/** True if no instant lies in the period of the filter. */
export const isPeriodEmpty = ({ since, until }: SeriesFilter): boolean =>
  since !== undefined && until !== undefined && since > until;

/**
 * Reads the series that the filter selects, and judges the requested jobs. Analyses are computed when they are
 * needed, because all of them may need more memory than the machine has.
 * @param store null if the database does not exist; must stay open while the report is used
 */
export function assessStored(store: ReportStore | null, options: StoredReportOptions): StoredReport {
  const { filter, jobs, confidence, minWatched, now, maxAge, machine } = options;
  store?.keepState();
  const rules = {
    now,
    maxAge,
    machine,
    jobs: findJobsToJudge(options, (name) => store?.jobRuns({ ...filter, job: name }) ?? []),
    confidence,
    minWatched,
    judgeRetired: filter.role !== undefined,
  };
  const analyseSeries = createAnalyser(rules);
  const findReaders = (selection: SeriesFilter) => store?.historyReaders(selection) ?? [];
  // All assessments of the same series have the same readers, so that the newest analysis is found again.
  const selected = addEarlier(findReaders(filter), store, filter);
  const assessSelected = (selection: SeriesFilter, judged = rules.jobs) => {
    const readers = selection === filter ? selected : findReaders(selection);
    return assessSeries(
      readers.map((read) => () => analyseSeries(read)),
      { ...rules, jobs: judged, unselected: readUnselected(store, selection) },
    );
  };
  const assessment = assessSelected(filter);
  const { since, until, ...series } = filter;
  let allTime = since === undefined && until === undefined ? assessment : null;
  return {
    assessment,
    assessAllTime() {
      allTime ??= assessSelected(series);
      return allTime;
    },
    assessDurations: (durations, margin) =>
      assessSelected(
        filter,
        durations.map((duration) => ({ name: null, duration, margin, runs: [] })),
      ),
    hasDatabase: store !== null,
    readSeriesNames: (part, within) => store?.seriesNames(part, within) ?? [],
    jobNames: jobs.names.length === 0 ? [] : (store?.jobNames() ?? []),
  };
}

/**
 * Adds the series that the period leaves out, without generations. Otherwise the host of a stopped poller would vanish
 * from the report, and the other hosts would make the verdict safe.
 */
export function addEarlier(
  readers: readonly HistoryReader[],
  store: Pick<ReportStore, 'seriesSpans'> | null,
  filter: SeriesFilter,
): readonly HistoryReader[] {
  if (readers.length === 0) return readers;
  const earlier = readEarlier(store, filter).map((series) => createEarlierHistory(series));
  return [...readers, ...earlier.map((history) => () => history)];
}

/** The histories of a report, from one state of the database. */
export function readHistories(
  store: Pick<ReportStore, 'historyReaders' | 'keepState' | 'seriesSpans'> | null,
  filter: SeriesFilter,
): SeriesHistory[] {
  store?.keepState();
  const readers = addEarlier(store?.historyReaders(filter) ?? [], store, filter);
  return readers.map((read) => toSeriesHistory(read()));
}

const createEarlierHistory = (series: EarlierSeries): ColumnHistory => ({
  ...series,
  generations: createRecordedColumns(0, []),
  failedPolls: [],
  failedPollSpans: [],
  newestClockOffset: null,
  session: null,
});

function readEarlier(store: Pick<ReportStore, 'seriesSpans'> | null, filter: SeriesFilter): EarlierSeries[] {
  const { since, until: _, ...selection } = filter;
  if (since === undefined || store === null) return [];
  return chooseEarlier(store.seriesSpans(selection), store.seriesSpans(filter), since);
}

/** The series of other roles, which may have replaced a selected one. */
export function readUnselected(
  store: Pick<ReportStore, 'seriesSpans'> | null,
  { role, ...selection }: SeriesFilter,
): SeriesSpan[] {
  if (role === undefined || store === null) return [];
  return store.seriesSpans(selection).filter(({ identity }) => identity.role !== role);
}

/** Keeps the newest analysis, because a renderer may read the analysis of a series several times. */
function createAnalyser(freshness: Freshness): (read: HistoryReader) => SeriesAnalysis {
  let newest: { read: HistoryReader; analysis: SeriesAnalysis } | null = null;
  return (read) => {
    if (newest?.read !== read) newest = { read, analysis: analyseColumns(read(), freshness) };
    return newest.analysis;
  };
}

/** @param readRuns reads the selected runs of a job */
export function findJobsToJudge(
  { jobs, margin }: Pick<StoredReportOptions, 'jobs' | 'margin'>,
  readRuns: (name: string) => readonly JobRun[],
): JobToJudge[] {
  const [onlyName, ...otherNames] = jobs.names;
  const [onlyDuration, ...otherDurations] = jobs.durations;
  if (onlyName !== undefined && onlyDuration !== undefined && otherNames.length + otherDurations.length === 0)
    return [{ name: onlyName, duration: onlyDuration, margin, runs: readRuns(onlyName) }];
  return [
    ...[...new Set(jobs.durations)].map((duration) => ({ name: null, duration, margin, runs: [] })),
    ...jobs.names.map((name) => ({ name, duration: null, margin, runs: readRuns(name) })),
  ];
}

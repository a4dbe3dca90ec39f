import type { Seconds } from '../domain/model.ts';
import { type Assessment, assess, type JobToJudge } from '../domain/verdict/assessment.ts';
import { computeMinRotations } from '../domain/verdict/job.ts';
import type { Freshness } from '../domain/verdict/series-analysis.ts';
import type { SeriesFilter } from '../store/contract.ts';
import type { SampleStore } from '../store/sample-store.ts';

type ReportStore = Pick<SampleStore, 'histories' | 'jobRuns' | 'jobNames'>;

/** The jobs that the caller wants to judge. */
export interface RequestedJobs {
  durations: readonly Seconds[];
  /** Names of recorded jobs. Without a duration, a named job has the duration of its longest run. */
  names: readonly string[];
}

export interface StoredReportOptions extends Freshness {
  filter: SeriesFilter;
  jobs: RequestedJobs;
  margin: Seconds;
  /** The confidence that `safe` requires, 0 to 1. Null: one witnessed rotation is enough. */
  confidence: number | null;
}

/** The assessment of stored samples. */
export interface StoredReport {
  assessment: Assessment;
  /**
   * Assesses the same series without `since` and `until`. Reads the store at the first call, because only
   * metrics need the result.
   */
  assessAllTime(): Assessment;
  hasDatabase: boolean;
  /** The names of all jobs with recorded runs. Empty unless a job was requested by name. */
  jobNames: readonly string[];
}

/**
 * True if the pairing of durations and names is unclear. One duration and one name describe one job;
 * otherwise only durations or only names are allowed.
 */
export const areJobsAmbiguous = ({ durations, names }: RequestedJobs): boolean =>
  durations.length > 0 && names.length > 0 && !(durations.length === 1 && names.length === 1);

/** True if no instant lies in the period of the filter. */
export const isPeriodEmpty = ({ since, until }: SeriesFilter): boolean =>
  since !== undefined && until !== undefined && since > until;

/**
 * Reads the series that the filter selects, and judges the requested jobs.
 * @param store null if there is no database
 */
export function assessStored(store: ReportStore | null, options: StoredReportOptions): StoredReport {
  const { filter, jobs, confidence, now, maxAge } = options;
  const rules = {
    now,
    maxAge,
    jobs: findJobsToJudge(store, options),
    minRotations: confidence === null ? 1 : computeMinRotations(confidence),
    judgeRetired: filter.role !== undefined,
  };
  const assessSelected = (selection: SeriesFilter) => assess(store?.histories(selection) ?? [], rules);
  const assessment = assessSelected(filter);
  const { since, until, ...series } = filter;
  let allTime = since === undefined && until === undefined ? assessment : null;
  return {
    assessment,
    assessAllTime() {
      allTime ??= assessSelected(series);
      return allTime;
    },
    hasDatabase: store !== null,
    jobNames: jobs.names.length === 0 ? [] : (store?.jobNames() ?? []),
  };
}

function findJobsToJudge(
  store: ReportStore | null,
  { filter, jobs, margin }: StoredReportOptions,
): JobToJudge[] {
  const readRuns = (name: string) => store?.jobRuns({ ...filter, job: name }) ?? [];
  const [onlyName, ...otherNames] = jobs.names;
  const [onlyDuration, ...otherDurations] = jobs.durations;
  if (onlyName !== undefined && onlyDuration !== undefined && otherNames.length + otherDurations.length === 0)
    return [{ name: onlyName, duration: onlyDuration, margin, runs: readRuns(onlyName) }];
  return [
    ...[...new Set(jobs.durations)].map((duration) => ({ name: null, duration, margin, runs: [] })),
    ...jobs.names.map((name) => ({ name, duration: null, margin, runs: readRuns(name) })),
  ];
}

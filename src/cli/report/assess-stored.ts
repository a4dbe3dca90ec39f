import type { Instant } from '../../domain/model.ts';
import { type Assessment, assess, type JobToJudge } from '../../domain/verdict/assessment.ts';
import { minRotationsFor } from '../../domain/verdict/job.ts';
import { CredWatchError } from '../../errors.ts';
import type { SeriesFilter } from '../../store/contract.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { JudgingFlags } from '../flags/judging-flags.ts';

/** What a database says to the flags of a report. */
export interface StoredAssessment {
  assessment: Assessment;
  /** Of all that is stored of the selected series, whatever time was selected. */
  allTime: Assessment;
  /** There is no database. */
  isMissing: boolean;
  /** Every job of which runs are recorded. */
  jobNames: readonly string[];
}

/** Reads what the filter selects, and judges it. `store` is null where there is no database. */
export function assessStored(
  store: SampleStore | null,
  filter: SeriesFilter,
  flags: JudgingFlags,
  now: Instant,
): StoredAssessment {
  const rules = {
    now,
    maxAge: flags.maxAge ?? ('default' as const),
    jobs: wantedJobs(store, filter, flags),
    minRotations: flags.confidence === undefined ? 1 : minRotationsFor(flags.confidence),
    judgeRetired: filter.role !== undefined,
  };
  const assessment = assess(store?.histories(filter) ?? [], rules);
  const { since, until, ...series } = filter;
  const isAllTime = since === undefined && until === undefined;
  return {
    assessment,
    allTime: isAllTime ? assessment : assess(store?.histories(series) ?? [], rules),
    isMissing: store === null,
    jobNames: flags.job === undefined ? [] : (store?.jobNames() ?? []),
  };
}

/** @throws CredWatchError where it is not clear which length is that of which job */
export function assertUnambiguousJobs({ jobDuration = [], job = [] }: JudgingFlags): void {
  if (jobDuration.length === 0 || job.length === 0 || (jobDuration.length === 1 && job.length === 1)) return;
  throw new CredWatchError(
    'which length is that of which job is not clear',
    'with several jobs, use either -j or --job: a named job has the length of its longest run',
  );
}

function wantedJobs(store: SampleStore | null, filter: SeriesFilter, flags: JudgingFlags): JobToJudge[] {
  assertUnambiguousJobs(flags);
  const { jobDuration: durations = [], job: names = [], margin } = flags;
  const named = names.map(
    (name): JobToJudge => ({
      name,
      duration: null,
      margin,
      runs: store?.jobRuns({ ...filter, job: name }) ?? [],
    }),
  );
  if (durations.length === 1 && named.length === 1) return [{ ...named[0]!, duration: durations[0]! }];
  return [
    ...[...new Set(durations)].map((duration) => ({ name: null, duration, margin, runs: [] })),
    ...named,
  ];
}

import type { FailureReason, JobRun, Seconds, SeriesHistory } from '../model.ts';
import { getSeriesKey } from '../series-key.ts';
import { analyse } from './analyse.ts';
import { judgeJob } from './job.ts';
import { type JobRunSummary, summariseJobRuns } from './job-runs.ts';
import type { Job, JobJudgement, Verdict } from './job-verdict.ts';
import type { Freshness, SeriesAnalysis } from './series-analysis.ts';

/** A job to judge. */
export interface JobToJudge {
  /** Null if only a duration was given. */
  name: string | null;
  /** Null: use the duration of the longest recorded run. */
  duration: Seconds | null;
  margin: Seconds;
  /** The recorded runs of the job. If their series have samples, the job is judged by these series only. */
  runs: readonly JobRun[];
}

export interface AssessedJob {
  name: string | null;
  /** Null if the duration is unknown. The verdict is then `unknown`. */
  job: Job | null;
  /** The worst verdict of all series. */
  verdict: Verdict;
  /** Null for a job without a name. */
  runs: JobRunSummary | null;
  /** The duration comes from a recorded run. */
  isDurationFromRuns: boolean;
}

export interface AssessedSeries {
  analysis: SeriesAnalysis;
  /** Another series of the same host and source has replaced this one. */
  isRetired: boolean;
  /** One for each job that is judged by this series, in the order of the jobs. */
  judgements: readonly JobJudgement[];
}

/** All jobs and series with their judgements. */
export interface Assessment {
  series: readonly AssessedSeries[];
  jobs: readonly AssessedJob[];
  /** The worst verdict of all jobs. Null without a job. */
  verdict: Verdict | null;
}

export interface AssessmentOptions extends Freshness {
  jobs: readonly JobToJudge[];
  minRotations: number;
  /** Judge retired series too, because the user selected these series. */
  judgeRetired: boolean;
}

/** "Not safe" beats unknown, and unknown beats safe. */
export const VERDICTS_WORST_FIRST: readonly Verdict[] = [
  'never',
  'sometimes',
  'start-after-rotation',
  'unknown',
  'safe',
];

/** Judges every job by its series. Without series, the verdict is `unknown`. */
export function assess(histories: readonly SeriesHistory[], options: AssessmentOptions): Assessment {
  const analyses = histories.map((history) => analyse(history, options));
  return assessAnalyses(analyses, options);
}

/** Like {@link assess}, for series that are already analysed. */
export function assessAnalyses(
  analyses: readonly SeriesAnalysis[],
  options: Omit<AssessmentOptions, 'maxAge'>,
): Assessment {
  const assessed = options.jobs.map((jobToJudge) => assessJob(jobToJudge, analyses, options));
  const jobs = assessed.map(({ job }) => job);
  return {
    series: analyses.map((analysis) => ({
      analysis,
      isRetired: isRetired(analysis, analyses),
      judgements: assessed.flatMap(({ judgements }) => judgements.get(analysis) ?? []),
    })),
    jobs,
    verdict: jobs.length === 0 ? null : findWorst(jobs.map(({ verdict }) => verdict)),
  };
}

function assessJob(
  jobToJudge: JobToJudge,
  analyses: readonly SeriesAnalysis[],
  options: Omit<AssessmentOptions, 'maxAge'>,
): { job: AssessedJob; judgements: ReadonlyMap<SeriesAnalysis, JobJudgement> } {
  const { name } = jobToJudge;
  const runs = name === null ? null : summariseJobRuns(jobToJudge.runs, options.now);
  const duration = jobToJudge.duration ?? runs?.measuredDuration?.seconds ?? null;
  const judgements = new Map<SeriesAnalysis, JobJudgement>();
  if (duration === null) {
    const job = { name, job: null, verdict: 'unknown', runs, isDurationFromRuns: false } as const;
    return { job, judgements };
  }
  const job = { ...(name !== null && { name }), duration, margin: jobToJudge.margin };
  for (const analysis of chooseSeries(analyses, jobToJudge, options)) {
    judgements.set(analysis, judgeJob(analysis, job, options.minRotations));
  }
  const verdict = findWorst([...judgements.values()].map((each) => each.verdict));
  const isDurationFromRuns = jobToJudge.duration === null;
  return { job: { name, job, verdict, runs, isDurationFromRuns }, judgements };
}

/** The series of the recorded runs, else all configured series. Without retired series. */
function chooseSeries(
  analyses: readonly SeriesAnalysis[],
  { runs }: JobToJudge,
  { judgeRetired }: Pick<AssessmentOptions, 'judgeRetired'>,
): readonly SeriesAnalysis[] {
  const keys = new Set(runs.map(({ identity }) => getSeriesKey(identity)));
  const ofRuns = analyses.filter(
    ({ identity, measurement }) => measurement !== null && keys.has(getSeriesKey(identity)),
  );
  const configured = analyses.filter((analysis) => !wasNeverConfigured(analysis));
  const candidates = [ofRuns, configured].find((each) => each.length > 0) ?? analyses;
  if (candidates.length === 1 || judgeRetired) return candidates;
  return candidates.filter((analysis) => !isRetired(analysis, candidates));
}

const findWorst = (verdicts: readonly Verdict[]): Verdict =>
  VERDICTS_WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'unknown';

/** Every poll failed because the source is not configured, so no job gets credentials from it. */
const wasNeverConfigured = ({ measurement, failedPolls }: SeriesAnalysis): boolean =>
  measurement === null &&
  failedPolls.length > 0 &&
  failedPolls.every(({ reason }) => NOT_CONFIGURED_REASONS.includes(reason));

const NOT_CONFIGURED_REASONS: readonly FailureReason[] = ['invalid-configuration', 'not-configured'];

/**
 * Whether another series of the same host and source has its first sample after the last sample of this one:
 * the role changed, a task was restarted, or IMDSv1 is used as the fallback.
 */
function isRetired({ identity, measurement }: SeriesAnalysis, all: readonly SeriesAnalysis[]): boolean {
  return all.some(
    (other) =>
      other.identity !== identity &&
      other.identity.host === identity.host &&
      other.identity.source === identity.source &&
      other.measurement !== null &&
      (measurement === null || other.measurement.firstSample > measurement.lastSample),
  );
}

/** The first job with the worst verdict. Null without a job. */
export const findDecisiveJob = ({ jobs, verdict }: Assessment): AssessedJob | null =>
  jobs.find((each) => each.verdict === verdict) ?? null;

/** Null if the job is not judged by this series. */
export const findJudgement = ({ judgements }: AssessedSeries, { job }: AssessedJob): JobJudgement | null =>
  judgements.find((judgement) => judgement.job === job) ?? null;

import type { FailureReason, JobRun, Seconds, SeriesHistory } from '../model.ts';
import { seriesKey } from '../series-key.ts';
import { analyse } from './analyse.ts';
import { judgeJob } from './job.ts';
import { type JobRunSummary, summariseJobRuns } from './job-runs.ts';
import type { Job, JobJudgement, Verdict } from './job-verdict.ts';
import type { Freshness, SeriesAnalysis } from './series-analysis.ts';

/** A job to judge: by the length that is given, else by that of its longest recorded run. */
export interface JobToJudge {
  /** Null where only a length is given. */
  name: string | null;
  duration: Seconds | null;
  margin: Seconds;
  /**
   * Its recorded runs. Their series are the ones that it draws its credentials from: others are not judged, as long as
   * any of these has samples.
   */
  runs: readonly JobRun[];
}

export interface AssessedJob {
  name: string | null;
  /** Null where its length is not known: then nothing can be judged. */
  job: Job | null;
  /** That of the worst series. */
  verdict: Verdict;
  /** Null where no name was given to look up. */
  runs: JobRunSummary | null;
  /** The length that was judged is that of a run. */
  isDurationFromRuns: boolean;
}

export interface AssessedSeries {
  analysis: SeriesAnalysis;
  /** Another series of the same host and source has replaced this one. */
  isRetired: boolean;
  /** Of every job that is judged by this series, in the order of the jobs: none of them where it is retired. */
  judgements: readonly JobJudgement[];
}

/** Several series and jobs, each judged; the verdict is the worst of all. */
export interface Assessment {
  series: readonly AssessedSeries[];
  jobs: readonly AssessedJob[];
  /** Null where there is no job. */
  verdict: Verdict | null;
}

export interface AssessmentOptions extends Freshness {
  jobs: readonly JobToJudge[];
  minRotations: number;
  /** The caller named these very series: judge the retired ones too. */
  judgeRetired: boolean;
}

/** Not safe beats unknown beats safe; among the ways not to be safe the hopeless one comes first. */
export const VERDICTS_WORST_FIRST: readonly Verdict[] = [
  'never',
  'sometimes',
  'start-after-rotation',
  'unknown',
  'safe',
];

/** Judges every job by every series that it may draw from; with no series at all the answer is `unknown`. */
export function assess(histories: readonly SeriesHistory[], rules: AssessmentOptions): Assessment {
  const analyses = histories.map((history) => analyse(history, rules));
  return assessAnalyses(analyses, rules);
}

/** The same for series that are analysed already, each by its own freshness. */
export function assessAnalyses(
  analyses: readonly SeriesAnalysis[],
  rules: Omit<AssessmentOptions, 'maxAge'>,
): Assessment {
  const judged = rules.jobs.map((wanted) => judge(wanted, analyses, rules));
  const jobs = judged.map(({ assessed }) => assessed);
  return {
    series: analyses.map((analysis) => ({
      analysis,
      isRetired: isReplaced(analysis, analyses),
      judgements: judged.flatMap(({ verdicts }) => verdicts.get(analysis) ?? []),
    })),
    jobs,
    verdict: jobs.length === 0 ? null : worstOf(jobs.map(({ verdict }) => verdict)),
  };
}

function judge(
  wanted: JobToJudge,
  analyses: readonly SeriesAnalysis[],
  rules: Omit<AssessmentOptions, 'maxAge'>,
) {
  const runs = wanted.name === null ? null : summariseJobRuns(wanted.runs, rules.now);
  const duration = wanted.duration ?? runs?.measuredDuration?.seconds ?? null;
  const job = duration === null ? null : toJob(wanted, duration);
  const judged = job === null ? [] : chooseSeries(analyses, wanted, rules);
  const verdicts = new Map(
    judged.map((analysis) => [analysis, judgeJob(analysis, job!, rules.minRotations)]),
  );
  const assessed: AssessedJob = {
    name: wanted.name,
    job,
    verdict: worstOf([...verdicts.values()].map(({ verdict }) => verdict)),
    runs,
    isDurationFromRuns: wanted.duration === null && job !== null,
  };
  return { assessed, verdicts };
}

const toJob = ({ name, margin }: JobToJudge, duration: Seconds): Job => ({
  ...(name === null ? {} : { name }),
  duration,
  margin,
});

/** Those that the job is known to draw from, else all; less those that others have replaced. */
function chooseSeries(
  analyses: readonly SeriesAnalysis[],
  { runs }: JobToJudge,
  { judgeRetired }: Pick<AssessmentOptions, 'judgeRetired'>,
): readonly SeriesAnalysis[] {
  const names = new Set(runs.map(({ identity }) => seriesKey(identity)));
  const drawnFrom = analyses.filter(
    ({ identity, measurement }) => measurement !== null && names.has(seriesKey(identity)),
  );
  const found = analyses.filter((analysis) => !wasNeverThere(analysis));
  const candidates = drawnFrom.length > 0 ? drawnFrom : found.length > 0 ? found : analyses;
  if (candidates.length === 1 || judgeRetired) return candidates;
  return candidates.filter((analysis) => !isReplaced(analysis, candidates));
}

const worstOf = (verdicts: readonly Verdict[]): Verdict =>
  VERDICTS_WORST_FIRST.find((verdict) => verdicts.includes(verdict)) ?? 'unknown';

/** Whoever polls a place that is not set up, or mistypes its name, has asked nobody: no job draws from there either. */
const wasNeverThere = ({ measurement, failedPolls }: SeriesAnalysis): boolean =>
  measurement === null &&
  failedPolls.length > 0 &&
  failedPolls.every(({ reason }) => NEVER_THERE.includes(reason));

const NEVER_THERE: readonly FailureReason[] = ['invalid-configuration', 'not-configured'];

/** A swapped role, a restarted task, a fall-back to IMDSv1: another series begins after this one's last sample. */
function isReplaced({ identity, measurement }: SeriesAnalysis, all: readonly SeriesAnalysis[]): boolean {
  return all.some(
    (other) =>
      other.identity !== identity &&
      other.identity.host === identity.host &&
      other.identity.source === identity.source &&
      other.measurement !== null &&
      (measurement === null || other.measurement.firstSample > measurement.lastSample),
  );
}

/** The one that made the verdict of all what it is: the first of the worst. Null without a job. */
export const findDecisiveJob = ({ jobs, verdict }: Assessment): AssessedJob | null =>
  jobs.find((each) => each.verdict === verdict) ?? null;

/** Null where this series has no part in the job. */
export const findJudgement = ({ judgements }: AssessedSeries, { job }: AssessedJob): JobJudgement | null =>
  judgements.find((verdict) => verdict.job === job) ?? null;

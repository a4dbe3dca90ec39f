import { hasMeasuredRotation, type Measurement } from '../measurement/measurement.ts';
import type { Instant, JobRun, Seconds, SeriesHistory, SeriesIdentity } from '../model.ts';
import { getSeriesKey } from '../series-key.ts';
import { analyse } from './analyse.ts';
import type { EvidenceRules } from './confidence.ts';
import {
  chooseJudgingSeries,
  findRetired,
  type Replacement,
  removeRetired,
  type SeriesCandidate,
  type SeriesSpan,
  wasNeverConfigured,
} from './figures/choose-series.ts';
import { findMostSevere } from './figures/severity.ts';
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
  /** That of the worst series. See {@link compareSeverity}. */
  verdict: Verdict;
  /** Of the worst series. Null without a judgement or a sample. */
  spare: Seconds | null;
  /** Null for a job without a name. */
  runs: JobRunSummary | null;
  /** The duration comes from a recorded run. */
  isDurationFromRuns: boolean;
}

/** The values of a measured series that choose what a report shows. */
export interface SeriesOverview extends Pick<Measurement, 'sampleCount' | 'firstSample' | 'lastSample'> {
  worstCaseSeconds: Seconds;
  /** See {@link hasMeasuredRotation}. */
  hasMeasuredRotation: boolean;
}

export interface AssessedSeries {
  identity: SeriesIdentity;
  /** Null without a sample. */
  overview: SeriesOverview | null;
  /** May be computed at each access, so that not all analyses are in memory. */
  readonly analysis: SeriesAnalysis;
  /** Another series of the same host and source has replaced this one. */
  isRetired: boolean;
  /** The newest series that has replaced this one. Null unless it is retired. */
  replacedBy: Replacement | null;
  /** One for each job that is judged by this series, in the order of the jobs. */
  judgements: readonly JobJudgement[];
}

/** All jobs and series with their judgements. */
export interface Assessment {
  series: readonly AssessedSeries[];
  jobs: readonly AssessedJob[];
  /** That of the worst job. Null without a job. */
  verdict: Verdict | null;
}

export interface AssessmentOptions extends Freshness, EvidenceRules {
  jobs: readonly JobToJudge[];
  /** Judge retired series too, because the user selected these series. */
  judgeRetired: boolean;
  /** Series that the user did not select. They judge no job, but may have replaced a selected series. */
  unselected?: readonly SeriesSpan[];
}

type JudgingOptions = Omit<AssessmentOptions, 'maxAge'>;

/** Judges every job by its series. Without series, the verdict is `unknown`. */
export function assess(histories: readonly SeriesHistory[], options: AssessmentOptions): Assessment {
  return assessAnalyses(
    histories.map((history) => analyse(history, options)),
    options,
  );
}

/** Like {@link assess}, for series that are already analysed. */
export function assessAnalyses(analyses: readonly SeriesAnalysis[], options: JudgingOptions): Assessment {
  const readers = analyses.map((analysis) => () => analysis);
  const assessment = assessSeries(readers, options);
  const series = assessment.series.map((each) => ({
    identity: each.identity,
    overview: each.overview,
    analysis: each.analysis,
    isRetired: each.isRetired,
    replacedBy: each.replacedBy,
    judgements: each.judgements,
  }));
  return { ...assessment, series };
}

/**
 * Like {@link assess}, but analyses one series after the other, so that not all analyses are in memory.
 * @param series functions that analyse a series; they are called again when an analysis is needed
 */
export function assessSeries(series: readonly (() => SeriesAnalysis)[], options: JudgingOptions): Assessment {
  const jobs = options.jobs.map((each) => prepareJob(each, options.now));
  const candidates = series.map((analyseSeries) => createCandidate(analyseSeries, jobs, options));
  const retired = findRetired(candidates, options.unselected);
  const judging = jobs.map(({ toJudge }) => new Set(chooseSeries(candidates, toJudge, options)));
  const assessed = candidates.map((candidate) => {
    const judgements = candidate.judgements.flatMap((judgement, index) =>
      judgement !== null && judging[index]?.has(candidate) ? judgement : [],
    );
    return new LazySeries(candidate, retired.get(candidate) ?? null, judgements);
  });
  const assessedJobs = jobs.map(({ toJudge: _, ...job }, index): AssessedJob => {
    const worst = findMostSevere(
      [...(judging[index] ?? [])].flatMap(({ judgements }) => judgements[index] ?? []),
    );
    return { ...job, verdict: worst?.verdict ?? 'unknown', spare: worst?.spare ?? null };
  });
  return { series: assessed, jobs: assessedJobs, verdict: findMostSevere(assessedJobs)?.verdict ?? null };
}

/** A class, because an object with a getter of its own needs much more memory. */
class LazySeries implements AssessedSeries {
  readonly identity: SeriesIdentity;
  readonly overview: SeriesOverview | null;
  readonly replacedBy: Replacement | null;
  readonly judgements: readonly JobJudgement[];
  readonly #analyse: () => SeriesAnalysis;

  constructor(candidate: Candidate, replacedBy: Replacement | null, judgements: readonly JobJudgement[]) {
    this.identity = candidate.identity;
    this.overview = candidate.overview;
    this.replacedBy = replacedBy;
    this.judgements = judgements.length === 0 ? NO_JUDGEMENTS : judgements;
    this.#analyse = candidate.analyseSeries;
  }

  get isRetired(): boolean {
    return this.replacedBy !== null;
  }

  get analysis(): SeriesAnalysis {
    return this.#analyse();
  }
}

const NO_JUDGEMENTS: readonly JobJudgement[] = [];

export interface PreparedJob extends Omit<AssessedJob, 'verdict' | 'spare'> {
  toJudge: JobToJudge;
}

/** Finds the duration of a job. */
export function prepareJob(toJudge: JobToJudge, now: Instant): PreparedJob {
  const { name, margin } = toJudge;
  const runs = name === null ? null : summariseJobRuns(toJudge.runs, now);
  const duration = toJudge.duration ?? runs?.measuredDuration?.seconds ?? null;
  return {
    toJudge,
    name,
    job: duration === null ? null : { name, duration, margin },
    runs,
    isDurationFromRuns: toJudge.duration === null && duration !== null,
  };
}

/** A series that may judge jobs. */
interface Candidate extends SeriesCandidate {
  overview: SeriesOverview | null;
  analyseSeries: () => SeriesAnalysis;
  /** One for each job. Null if the duration of the job is unknown. */
  judgements: readonly (JobJudgement | null)[];
}

function createCandidate(
  analyseSeries: () => SeriesAnalysis,
  jobs: readonly PreparedJob[],
  options: JudgingOptions,
): Candidate {
  const analysis = analyseSeries();
  const { identity, measurement } = analysis;
  return {
    identity,
    overview: measurement && {
      sampleCount: measurement.sampleCount,
      firstSample: measurement.firstSample,
      lastSample: measurement.lastSample,
      worstCaseSeconds: measurement.worstCase.seconds,
      hasMeasuredRotation: hasMeasuredRotation(measurement),
    },
    analyseSeries,
    isPolled: analysis.isPolled,
    wasNeverConfigured: wasNeverConfigured(measurement !== null, analysis.failedPolls),
    judgements: jobs.map(({ job }) => job && judgeJob(analysis, job, options)),
  };
}

/** The series of the recorded runs, else all configured series. Without retired series. */
function chooseSeries(
  series: readonly Candidate[],
  { runs }: JobToJudge,
  { judgeRetired }: Pick<AssessmentOptions, 'judgeRetired'>,
): readonly Candidate[] {
  const keys = new Set(runs.map(({ identity }) => getSeriesKey(identity)));
  const ofRuns = series.filter(
    ({ identity, overview }) => keys.size > 0 && overview !== null && keys.has(getSeriesKey(identity)),
  );
  return ofRuns.length > 0 ? removeRetired(ofRuns, judgeRetired) : chooseJudgingSeries(series, judgeRetired);
}

/** The worst job; of equal ones, the first. Null without a job. */
export const findDecisiveJob = ({ jobs }: Assessment): AssessedJob | null => findMostSevere(jobs);

/** Null if the job is not judged by this series. */
export const findJudgement = ({ judgements }: AssessedSeries, { job }: AssessedJob): JobJudgement | null =>
  judgements.find((judgement) => judgement.job === job) ?? null;

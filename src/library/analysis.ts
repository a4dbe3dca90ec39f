/**
 * `cred-watch/analysis`: the rules of cred-watch as pure functions. They take and return plain data, and read no
 * clock, file or network. Instants are `Date`; durations are whole seconds, and their names end in `Seconds`.
 *
 * @example
 * import { SampleStore, defaultDatabasePath } from 'cred-watch';
 * import { analyse, describeVerdict, judgeJob } from 'cred-watch/analysis';
 *
 * const store = SampleStore.openReadOnly(defaultDatabasePath());
 * for (const history of store?.histories({ role: 'loader' }) ?? []) {
 *   const analysis = analyse(history, { now: new Date() });
 *   console.log('worst case:', analysis.measurement?.worstCase.seconds, 'seconds');
 *   console.log(describeVerdict(judgeJob(analysis, { durationSeconds: 5 * 3600, marginSeconds: 300 })));
 * }
 * store?.close();
 */
import { forecastRotation as forecastDomainRotation } from '../domain/measurement/forecast.ts';
import { groupGenerations as groupDomainGenerations } from '../domain/measurement/generations.ts';
import { measure as measureGenerations } from '../domain/measurement/measure.ts';
import type * as measurement from '../domain/measurement/measurement.ts';
import * as validity from '../domain/measurement/validity.ts';
import type * as model from '../domain/model.ts';
import * as instant from '../domain/time/instant.ts';
import { analyse as analyseHistory } from '../domain/verdict/analyse.ts';
import {
  assess as assessHistories,
  type JobToJudge as DomainJobToJudge,
} from '../domain/verdict/assessment.ts';
import type { Finding as DomainFinding } from '../domain/verdict/finding.ts';
import * as domainJob from '../domain/verdict/job.ts';
import { summariseJobRuns as summariseDomainRuns } from '../domain/verdict/job-runs.ts';
import type * as jobVerdict from '../domain/verdict/job-verdict.ts';
import {
  type CurrentCredentials as DomainCurrentCredentials,
  judgeNow as judgeDomainNow,
} from '../domain/verdict/now.ts';
import type { SeriesAnalysis as DomainSeriesAnalysis } from '../domain/verdict/series-analysis.ts';
import * as findingMessages from '../report/messages/findings.ts';
import * as verdictMessages from '../report/messages/verdicts.ts';
import { fromPublic, toPublic } from './public-data.ts';
import type {
  Assessment,
  CurrentCredentials,
  Finding,
  Generation,
  Job,
  JobJudgement,
  JobRun,
  JobRunSummary,
  JobToJudge,
  Measurement,
  NowJudgement,
  ParsedInstant,
  RotationForecast,
  SafeStartsPoint,
  Sample,
  SeriesAnalysis,
  SeriesHistory,
} from './public-types.ts';

export { FAILURE_REASONS, SOURCE_NAMES } from '../domain/model.ts';
export { POLL_NOTE_CODES } from '../domain/poll-note.ts';
export { formatDuration, formatShortDuration, parseDuration } from '../domain/time/duration.ts';
export { FINDING_CODES } from '../domain/verdict/finding.ts';
export { computeMinRotations } from '../domain/verdict/job.ts';
export { VERDICTS } from '../domain/verdict/job-verdict.ts';
export { OUTLOOKS } from '../domain/verdict/now-verdict.ts';
export type * from './public-types.ts';

/** Default margin: the clock skew that AWS tolerates. */
export const DEFAULT_MARGIN_SECONDS = domainJob.DEFAULT_MARGIN;

export interface AnalysisOptions {
  /** The time for which the age of the newest sample is computed. */
  now: Date;
  /** Samples older than this make a verdict `unknown`; null: no limit (default: 24 h for polled series, else null). */
  maxAgeSeconds?: number | null | undefined;
}

/** Measures one series and finds what deserves attention. */
export const analyse = (history: SeriesHistory, options: AnalysisOptions): SeriesAnalysis =>
  toPublic(analyseHistory(fromPublic<model.SeriesHistory>(history), toFreshness(options)));

export interface AssessOptions extends AnalysisOptions {
  jobs: readonly JobToJudge[];
  /** Verdicts with fewer witnessed rotations are `unknown` (default: 1). See {@link computeMinRotations}. */
  minRotations?: number | undefined;
  /** Also judge series that another series has replaced (default: false). */
  judgeRetired?: boolean | undefined;
}

/** Analyses several series and judges every job by each of them. Without any series, the verdict is `unknown`. */
export const assess = (histories: readonly SeriesHistory[], options: AssessOptions): Assessment =>
  toPublic(
    assessHistories(fromPublic<readonly model.SeriesHistory[]>(histories), {
      ...toFreshness(options),
      jobs: fromPublic<readonly DomainJobToJudge[]>(options.jobs),
      minRotations: options.minRotations ?? 1,
      judgeRetired: options.judgeRetired ?? false,
    }),
  );

/** Groups samples by the credentials that they show: one generation for each access key id. */
export const groupGenerations = (samples: readonly Sample[]): Generation[] =>
  groupDomainGenerations(fromPublic<readonly model.Sample[]>(samples)).map((each) => toPublic(each));

/**
 * Derives rotations, worst case and validity from generations.
 * @returns null without any generation
 */
export const measure = (generations: readonly Generation[]): Measurement | null =>
  generations.length === 0
    ? null
    : toPublic(measureGenerations(fromPublic<readonly model.Generation[]>(generations)));

/**
 * Forecasts the next rotation: one median interval after the last one, between the shortest and the longest interval.
 * @returns null if no interval is known, or if the source issues new credentials for every request
 */
export const forecastRotation = (measured: Measurement): RotationForecast | null =>
  toPublic(forecastDomainRotation(toDomain(measured)));

/**
 * Computes the part (0 to 1) of the watched time in which the served credentials had `requiredSeconds` left.
 * @returns a lower bound; null if no time was watched
 */
export const computeShareOfSafeStarts = (measured: Measurement, requiredSeconds: number): number | null =>
  validity.computeShareOfSafeStarts(toDomain(measured), requiredSeconds);

/** Computes the share of safe starts for job lengths from 0 up to the first length without any safe start. */
export const computeSafeStartsCurve = (measured: Measurement, marginSeconds: number): SafeStartsPoint[] =>
  validity.computeSafeStartsCurve(toDomain(measured), marginSeconds).map((point) => toPublic(point));

/**
 * Finds the longest job that was safe at every start.
 * @returns seconds; null if no job was
 */
export const findLongestSafeJob = (measured: Measurement, marginSeconds: number): number | null =>
  domainJob.findLongestSafeJob(toDomain(measured), marginSeconds);

/**
 * Judges a job that copies its credentials when it starts, for any start time.
 * @param minRotations the verdict is `unknown` with fewer witnessed rotations
 */
export const judgeJob = (analysis: SeriesAnalysis, job: Job, minRotations = 1): JobJudgement =>
  toPublic(
    domainJob.judgeJob(
      fromPublic<DomainSeriesAnalysis>(analysis),
      fromPublic<jobVerdict.Job>(job),
      minRotations,
    ),
  );

export interface JudgeNowOptions {
  job: Job;
  now: Date;
  /** History of the series; null if there is none. */
  analysis: SeriesAnalysis | null;
  /** Host's clock minus AWS's clock; null if unknown (default: null). */
  clockOffsetSeconds?: number | null | undefined;
}

/** Judges a job that starts now with these credentials. History says when a later start will be safe. */
export const judgeNow = (
  current: CurrentCredentials,
  { job, now, analysis, clockOffsetSeconds = null }: JudgeNowOptions,
): NowJudgement =>
  toPublic(
    judgeDomainNow(fromPublic<DomainCurrentCredentials>(current), {
      job: fromPublic<jobVerdict.Job>(job),
      at: now.getTime(),
      analysis: fromPublic<DomainSeriesAnalysis | null>(analysis),
      clockOffset: clockOffsetSeconds,
    }),
  );

/** Summarises the recorded runs of one job: how long they take, and how much validity was left at their end. */
export const summariseJobRuns = (runs: readonly JobRun[], now: Date): JobRunSummary =>
  toPublic(summariseDomainRuns(fromPublic<readonly model.JobRun[]>(runs), now.getTime()));

/** Reads an RFC 3339 time, in UTC if the text has no zone. Null for any other text. */
export const parseInstant = (text: string): ParsedInstant | null => toPublic(instant.parseInstant(text));

/** Writes a time in UTC: `2026-01-31T12:00:00Z`. */
export const formatInstant = (date: Date): string => instant.formatInstant(date.getTime());

/** Writes a finding as one English sentence. */
export const describeFinding = (finding: Finding): string =>
  findingMessages.describeFinding(fromPublic<DomainFinding>(finding));

/** Writes a verdict as one English sentence. */
export const describeVerdict = (judgement: JobJudgement): string =>
  verdictMessages.describeVerdict(fromPublic<jobVerdict.JobJudgement>(judgement));

/** Writes what a measurement is based on, and how likely the next rotation is worse. */
export const describeEvidence = (measured: Measurement): string =>
  verdictMessages.describeEvidence(toDomain(measured));

/** Lists what to do about a verdict that is not `safe`, the best first. */
export const listAdvice = (judgement: JobJudgement, measured: Measurement | null): string[] =>
  verdictMessages.listAdvice(
    fromPublic<jobVerdict.JobJudgement>(judgement),
    fromPublic<measurement.Measurement | null>(measured),
  );

const toFreshness = ({ now, maxAgeSeconds }: AnalysisOptions) => ({
  now: now.getTime(),
  maxAge: maxAgeSeconds === undefined ? ('default' as const) : maxAgeSeconds,
});

const toDomain = (measured: Measurement) => fromPublic<measurement.Measurement>(measured);

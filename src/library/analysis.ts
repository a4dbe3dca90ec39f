/**
 * `cred-watch/analysis`: the rules of cred-watch as pure functions. They take and return plain data, and read
 * no clock, file or network. Instants are `Date`. Durations are whole seconds: their names end in `Seconds`.
 *
 * @example
 * import { SampleStore, getDefaultDatabasePath } from 'cred-watch';
 * import { analyse, describeVerdict, judgeJob } from 'cred-watch/analysis';
 *
 * const store = SampleStore.openReadOnly(getDefaultDatabasePath());
 * for (const history of store?.histories({ role: 'loader' }) ?? []) {
 *   const analysis = analyse(history, { now: new Date() });
 *   console.log('worst case:', analysis.measurement?.worstCase.seconds, 'seconds');
 *   console.log(describeVerdict(judgeJob(analysis, { durationSeconds: 5 * 3600, marginSeconds: 300 })));
 * }
 * store?.close();
 */
import { findLatestTime } from '../domain/live/latest-time.ts';
import * as forecasts from '../domain/measurement/forecast.ts';
import * as generations from '../domain/measurement/generations.ts';
import * as measurements from '../domain/measurement/measure.ts';
import * as validity from '../domain/measurement/validity.ts';
import type * as model from '../domain/model.ts';
import * as instants from '../domain/time/instant.ts';
import * as analyses from '../domain/verdict/analyse.ts';
import * as assessments from '../domain/verdict/assessment.ts';
import * as startNow from '../domain/verdict/endpoints/judge-now.ts';
import * as jobs from '../domain/verdict/job.ts';
import * as jobRuns from '../domain/verdict/job-runs.ts';
import type { CurrentCredentials as DomainCurrentCredentials } from '../domain/verdict/now.ts';
import * as adviceMessages from '../report/messages/advice/job-advice.ts';
import * as evidenceMessages from '../report/messages/evidence.ts';
import * as findingMessages from '../report/messages/findings.ts';
import * as verdictMessages from '../report/messages/verdicts.ts';
import { fromPublic, publish, toPublic } from './public-data.ts';
import type {
  Assessment,
  CurrentCredentials,
  EvidenceRules,
  Finding,
  JobJudgement,
  JobRequirement,
  JobRun,
  JobRunSummary,
  JobToJudge,
  Measurement,
  NowJudgement,
  ParsedInstant,
  RecordedGeneration,
  RotationForecast,
  SafeStartsPoint,
  Sample,
  SeriesAnalysis,
  SeriesHistory,
  SeriesSpan,
} from './public-types.ts';

export { FAILURE_REASONS, SOURCE_NAMES } from '../domain/model.ts';
export { POLL_NOTE_CODES } from '../domain/poll-note.ts';
export { formatDuration, formatFlagDuration, parseDuration } from '../domain/time/duration.ts';
export { computeMinRotations } from '../domain/verdict/confidence.ts';
export { FINDING_CODES } from '../domain/verdict/finding.ts';
export { VERDICTS } from '../domain/verdict/job-verdict.ts';
export { OUTLOOKS } from '../domain/verdict/now-verdict.ts';
export type * from './public-types.ts';

/** The clock skew that AWS tolerates. */
export const DEFAULT_MARGIN_SECONDS = jobs.DEFAULT_MARGIN;

export interface AnalysisOptions {
  /** The time from which the age of the newest sample is computed. */
  now: Date;
  /** Verdicts are `unknown` if the newest sample is older (default: 24 h if polled, else null: no limit). */
  maxAgeSeconds?: number | null | undefined;
  /**
   * The name of the machine with the clock of `now`. If another machine polled a series, nobody knows how its clock
   * differs, so the larger age counts (default: `now` is by the clock of the polled host).
   */
  machine?: string | undefined;
}

/** Measures one series, and finds problems. */
export const analyse = (history: SeriesHistory, options: AnalysisOptions): SeriesAnalysis =>
  publish(analyses.analyse)(history, toFreshness(options));

export interface AssessOptions extends AnalysisOptions {
  jobs: readonly JobToJudge[];
  /** Verdicts with less confidence are `unknown`, 0 to 1 (default: null). See {@link computeMinRotations}. */
  confidence?: number | null | undefined;
  /** Verdicts are `unknown` if a smaller share of the time was watched, 0 to 1 (default: null). */
  minWatched?: number | null | undefined;
  /** Also judge by series that another series has replaced (default: false). */
  judgeRetired?: boolean | undefined;
  /** Series that judge no job, but may have replaced one of the histories (default: none). */
  unselected?: readonly SeriesSpan[] | undefined;
}

/**
 * Analyses several series, and judges every job by each of them. The verdict is `unknown` if there are none.
 */
export const assess = (histories: readonly SeriesHistory[], options: AssessOptions): Assessment =>
  publish(assessments.assess)(histories, {
    ...toFreshness(options),
    jobs: options.jobs,
    confidence: options.confidence ?? null,
    minWatched: options.minWatched ?? null,
    judgeRetired: options.judgeRetired ?? false,
    unselected: options.unselected ?? [],
  });

/** Groups samples by access key id, or by `LastUpdated` and `Expiration` if they have none. */
export const groupGenerations: (samples: readonly Sample[]) => RecordedGeneration[] = publish(
  (samples: readonly model.Sample[]) => generations.groupGenerations(samples),
);

/**
 * Derives rotations, worst case and validity from generations.
 * @throws RangeError if there are none
 */
export const measure: (generations: readonly RecordedGeneration[]) => Measurement = publish(
  (recorded: readonly model.RecordedGeneration[]) => measurements.measure(recorded),
);

/**
 * Forecasts the next rotation. It is expected one median interval after the last one; its limits are the
 * shortest and the longest interval.
 * @returns null if no interval is known, or if the source issues new credentials for every request
 */
export const forecastRotation: (measurement: Measurement) => RotationForecast | null = publish(
  forecasts.forecastRotation,
);

/**
 * Computes the share (0 to 1) of the watched time in which the served credentials had `requiredSeconds` left.
 * @returns a lower bound; null if no time was watched
 */
export const computeShareOfSafeStarts: (measurement: Measurement, requiredSeconds: number) => number | null =
  publish(validity.computeShareOfSafeStarts);

/** Computes the share of safe starts for job lengths, from 0 to the first length without a safe start. */
export const computeSafeStartsCurve: (measurement: Measurement, marginSeconds: number) => SafeStartsPoint[] =
  publish(validity.computeSafeStartsCurve);

/**
 * Finds the duration of the longest job that was safe at every start.
 * @returns seconds; null if no job was safe
 */
export const findLongestSafeJob: (measurement: Measurement, marginSeconds: number) => number | null = publish(
  jobs.findLongestSafeJob,
);

/**
 * Judges a job that copies its credentials when it starts, for any start time. Without `rules`, one witnessed
 * rotation is enough.
 */
export const judgeJob = (
  analysis: SeriesAnalysis,
  { name = null, ...requirement }: JobRequirement & { name?: string | null | undefined },
  rules?: EvidenceRules,
): JobJudgement => publish(jobs.judgeJob)(analysis, { name, ...requirement }, rules);

export interface JudgeNowOptions {
  job: JobRequirement;
  /** The time at which the job starts, by the host's clock. */
  at: Date;
  /** The analysed history of the series; null if there is none. */
  analysis: SeriesAnalysis | null;
  /** The host's clock minus AWS's clock, from the `Date` header of the response; null if unknown (default: null). */
  clockOffsetSeconds?: number | null;
  /**
   * The job gets exactly these credentials (default: false). Else it sends a request, which another endpoint of the
   * history may answer, so the credentials that expire first are judged.
   */
  arePassed?: boolean;
}

/**
 * Judges a job that starts at `at` with these credentials. Uses the history to find a later safe start. If the clock
 * of the host is slow, by its offset or by the history, the later time counts: `judgedAt` of the result.
 */
export const judgeNow: (current: CurrentCredentials, options: JudgeNowOptions) => NowJudgement = publish(
  (current: DomainCurrentCredentials, options: startNow.JudgeNowOptions) =>
    startNow.judgeNow(current, {
      ...options,
      at: findLatestTime(options.at, options.clockOffset ?? null, options.analysis),
      hostTime: options.at,
    }),
);

/** Summarises the recorded runs of one job: their durations, and the remaining validity at their ends. */
export const summariseJobRuns = (runs: readonly JobRun[], now: Date): JobRunSummary =>
  toPublic(jobRuns.summariseJobRuns(fromPublic<readonly model.JobRun[]>(runs), now.getTime()));

/** Parses an RFC 3339 time. A time without a zone is UTC. Returns null for any other text. */
export const parseInstant: (text: string) => ParsedInstant | null = publish(instants.parseInstant);

/** Formats a time in UTC: `2026-01-31T12:00:00Z`. */
export const formatInstant = (date: Date): string => instants.formatInstant(date.getTime());

/** Describes a finding in one English sentence. */
export const describeFinding: (finding: Finding) => string = publish(findingMessages.describeFinding);

/** Describes a verdict in one English sentence. */
export const describeVerdict: (judgement: JobJudgement) => string = publish(verdictMessages.describeVerdict);

/** Describes what a measurement comes from, and the chance that the next day or rotation is worse. */
export const describeEvidence: (measurement: Measurement, judgements?: readonly JobJudgement[]) => string =
  publish(evidenceMessages.describeEvidence);

/** Lists what to do about a verdict that is not `safe`. The best advice is first. */
export const listAdvice: (judgement: JobJudgement, measurement: Measurement | null) => string[] = publish(
  adviceMessages.listAdvice,
);

const toFreshness = ({ now, maxAgeSeconds, machine }: AnalysisOptions) => ({
  now,
  machine,
  maxAgeSeconds: maxAgeSeconds === undefined ? ('default' as const) : maxAgeSeconds,
});

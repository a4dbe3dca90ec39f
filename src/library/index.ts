/**
 * cred-watch as a library: how long AWS temporary credentials really last where a program runs, and whether a job of a
 * given length is safe. Durations inside are whole seconds, instants milliseconds since 1970 by AWS's clock.
 *
 * Everything that `readReport` does can be done by hand, as here:
 * @example
 * import { analyse, defaultDatabase, judgeJob, SampleStore, verdictMessage } from 'cred-watch';
 *
 * const store = SampleStore.openReadOnly(defaultDatabase());
 * for (const history of store?.histories({ role: 'loader' }) ?? []) {
 *   const analysis = analyse(history, { now: Date.now(), maxAge: 'default' });
 *   console.log(analysis.measurement?.worstCase.seconds, 'seconds at the worst moment');
 *   console.log(verdictMessage(judgeJob(analysis, { duration: 5 * 3600, margin: 300 })));
 * }
 * store?.close();
 */

export type { Clock } from '../clock.ts';
export { forecastRotation, type RotationForecast } from '../domain/measurement/forecast.ts';
export { groupGenerations } from '../domain/measurement/generations.ts';
export { measure } from '../domain/measurement/measure.ts';
export type * from '../domain/measurement/measurement.ts';
export { type CurvePoint, safeStartsCurve, shareOfSafeStarts } from '../domain/measurement/validity.ts';
export type * from '../domain/model.ts';
export { FAILURE_REASONS, SOURCE_NAMES } from '../domain/model.ts';
export type * from '../domain/poll-note.ts';
export { POLL_NOTE_CODES } from '../domain/poll-note.ts';
export { formatDuration, formatShortDuration, parseDuration } from '../domain/time/duration.ts';
export { formatInstant, type ParsedInstant, parseInstant } from '../domain/time/instant.ts';
export { analyse } from '../domain/verdict/analyse.ts';
export {
  type AssessedJob,
  type AssessedSeries,
  type Assessment,
  type AssessmentRules,
  assess,
  type WantedJob,
} from '../domain/verdict/assessment.ts';
export type * from '../domain/verdict/finding.ts';
export { FINDING_CODES } from '../domain/verdict/finding.ts';
export { DEFAULT_MARGIN, judgeJob, longestSafeJob, rotationsFor } from '../domain/verdict/job.ts';
export {
  type FinishedRun,
  type JobLength,
  type JobRunSummary,
  type RunningRun,
  summarise as summariseJobRuns,
} from '../domain/verdict/job-runs.ts';
export type * from '../domain/verdict/job-verdict.ts';
export { VERDICTS } from '../domain/verdict/job-verdict.ts';
export { type InHand, judgeNow } from '../domain/verdict/now.ts';
export type * from '../domain/verdict/now-verdict.ts';
export { OUTLOOKS } from '../domain/verdict/now-verdict.ts';
export type * from '../domain/verdict/series-analysis.ts';
export { CredWatchError } from '../errors.ts';
export { findingMessage } from '../report/messages/findings.ts';
export { adviceMessages, evidenceMessage, verdictMessage } from '../report/messages/verdicts.ts';
export { Secret } from '../secret.ts';
export type { Environment } from '../sources/environment/environment-variables.ts';
export type {
  CredentialSource,
  Limits,
  PolledCredentials,
  PollFailure,
  PollIdentity,
  PollOutcome,
} from '../sources/source.ts';
export type { ArchiveRecord } from '../store/archive/record.ts';
export type { Batch, JobRunFilter, PruneResult, SeriesFilter } from '../store/contract.ts';
export { SampleStore } from '../store/sample-store.ts';
export type { Recorded, SampleKeeper } from '../watch/poll-once.ts';
export type { Confidence, Duration, Moment } from './given-values.ts';
export {
  type CredWatchMatchers,
  type MatcherContext,
  type MatcherResult,
  matchers,
  toOutlive,
} from './matchers.ts';
export {
  type Checked,
  type CheckOptions,
  check,
  type Polling,
  type PollOptions,
  pollOnce,
  type WatchSettings,
  watch,
} from './polling.ts';
export {
  type JudgedSeries,
  type JudgeOptions,
  type ReadReportOptions,
  Report,
  type ReportedSeries,
  type ReportOptions,
  type ReportVerdict,
  readReport,
} from './report.ts';
export {
  autoSource,
  containerSource,
  type EndpointSurroundings,
  type EnvironmentSourceOptions,
  environmentSource,
  type ImdsSourceOptions,
  imdsSource,
  type ProcessSourceOptions,
  type ProfileSourceOptions,
  processSource,
  profileSource,
  type SourceSurroundings,
} from './sources.ts';
export { defaultDatabase } from './surroundings.ts';

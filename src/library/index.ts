/**
 * cred-watch library: how long AWS temporary credentials really last where a program runs, and whether a job of a
 * given length is safe. Durations inside are whole seconds, instants milliseconds since 1970 by AWS's clock.
 *
 * Everything that `readReport` does can be done by hand, as here:
 * @example
 * import { analyse, defaultDatabasePath, judgeJob, SampleStore, describeVerdict } from 'cred-watch';
 *
 * const store = SampleStore.openReadOnly(defaultDatabasePath());
 * for (const history of store?.histories({ role: 'loader' }) ?? []) {
 *   const analysis = analyse(history, { now: Date.now(), maxAge: 'default' });
 *   console.log(analysis.measurement?.worstCase.seconds, 'seconds at the worst moment');
 *   console.log(describeVerdict(judgeJob(analysis, { duration: 5 * 3600, margin: 300 })));
 * }
 * store?.close();
 */

export type { Clock } from '../clock.ts';
export { forecastRotation, type RotationForecast } from '../domain/measurement/forecast.ts';
export { groupGenerations } from '../domain/measurement/generations.ts';
export { measure } from '../domain/measurement/measure.ts';
export type * from '../domain/measurement/measurement.ts';
export {
  computeSafeStartsCurve,
  computeShareOfSafeStarts,
  type SafeStartsPoint,
} from '../domain/measurement/validity.ts';
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
  type AssessmentOptions,
  assess,
  type JobToJudge,
} from '../domain/verdict/assessment.ts';
export type * from '../domain/verdict/finding.ts';
export { FINDING_CODES } from '../domain/verdict/finding.ts';
export { DEFAULT_MARGIN, findLongestSafeJob, judgeJob, minRotationsFor } from '../domain/verdict/job.ts';
export {
  type FinishedRun,
  type JobRunSummary,
  type MeasuredJobDuration,
  type RunningRun,
  summariseJobRuns,
} from '../domain/verdict/job-runs.ts';
export type * from '../domain/verdict/job-verdict.ts';
export { VERDICTS } from '../domain/verdict/job-verdict.ts';
export { type CurrentCredentials, judgeNow } from '../domain/verdict/now.ts';
export type * from '../domain/verdict/now-verdict.ts';
export { OUTLOOKS } from '../domain/verdict/now-verdict.ts';
export type * from '../domain/verdict/series-analysis.ts';
export { CredWatchError } from '../errors.ts';
export { describeFinding } from '../report/messages/findings.ts';
export { describeEvidence, describeVerdict, listAdvice } from '../report/messages/verdicts.ts';
export { Secret } from '../secret.ts';
export type { Environment } from '../sources/environment/environment-variables.ts';
export type { PollLimits } from '../sources/http/exchange.ts';
export type {
  CredentialSource,
  PolledCredentials,
  PollFailure,
  PollIdentity,
  PollOutcome,
} from '../sources/source.ts';
export type { ArchiveRecord } from '../store/archive/record.ts';
export type { JobRunFilter, PruneResult, SeriesFilter, WriteResult } from '../store/contract.ts';
export { SampleStore } from '../store/sample-store.ts';
export type { RecordedPoll, SampleRecorder } from '../watch/poll-once.ts';
export {
  type CredWatchMatchers,
  type MatcherContext,
  type MatcherResult,
  matchers,
  toOutlive,
} from './matchers.ts';
export type { Confidence, Duration, Moment } from './parse-options.ts';
export {
  type CheckOptions,
  type CheckResult,
  check,
  type PollingSetup,
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
  type CommonSourceOptions,
  createAutoSource,
  createContainerSource,
  createEnvironmentSource,
  createImdsSource,
  createProcessSource,
  createProfileSource,
  type EndpointSourceOptions,
  type EnvironmentSourceOptions,
  type ImdsSourceOptions,
  type ProcessSourceOptions,
  type ProfileSourceOptions,
} from './sources.ts';
export { defaultDatabasePath } from './system-defaults.ts';

/**
 * `cred-watch`: measures how long AWS temporary credentials last where a program runs, and judges whether a
 * job of a given length is safe. Results have a `Date` for every time. Durations are whole seconds, and their
 * names end in `Seconds`. The rules themselves are in `cred-watch/analysis`.
 */

// Files with `export *` have only public exports.
export { CredWatchError, type ErrorCode } from '../errors.ts';
export { Secret } from '../secret.ts';
export type { Environment } from '../sources/environment/variables.ts';
export { type KeyOptions, key } from './keys.ts';
export * from './matchers.ts';
export type { Duration, Moment, SelectionOptions, Share } from './parse-options.ts';
export * from './polling.ts';
export type * from './public-types.ts';
export {
  type JudgeOptions,
  type LoadReportOptions,
  loadReport,
  type ReadReportOptions,
  Report,
  type ReportedSeries,
  type ReportJudgement,
  type ReportOptions,
  readReport,
  type SeriesJudgement,
} from './report.ts';
export {
  type JobRunSelection,
  type PruneOptions,
  type PruneResult,
  SampleStore,
  type WriteResult,
} from './sample-store.ts';
export {
  type CommonSourceOptions,
  type CredentialSource,
  type EndpointSourceOptions,
  type EnvironmentSourceOptions,
  type ImdsSourceOptions,
  type ProcessSourceOptions,
  type ProfileSourceOptions,
  type RoleSessionOptions,
  type RoleSourceOptions,
  type SsoSourceOptions,
  sources,
  type WebIdentitySourceOptions,
} from './sources.ts';
export { getDefaultDatabasePath } from './system-defaults.ts';

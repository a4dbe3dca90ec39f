import type { RecordedColumns } from '../measurement/columns/generation-columns.ts';
import type { Measurement } from '../measurement/measurement.ts';
import type { Instant, Seconds, SeriesHistory } from '../model.ts';
import type { Finding, FindingCode, FindingFields } from './finding.ts';

/** The stored history of one series, with columns instead of a list of generations. */
export interface ColumnHistory extends Omit<SeriesHistory, 'generations'> {
  generations: RecordedColumns;
}

/** A series without its findings: the input of the checks. */
export interface CheckedSeries extends Omit<SeriesHistory, 'generations' | 'newestClockOffset' | 'polledBy'> {
  /** Null if the series has only failed polls. */
  measurement: Measurement | null;
  /** Age of the newest sample. Negative: the sample is in the future. Null without a sample. */
  age: Seconds | null;
  /** When the series was analysed, by the clock that dates its samples. */
  analysedAt: Instant;
  /** `polledAt` by the clock that dates the samples. Absent without a sample, and if `polledAt` is null or absent. */
  lastPollAt?: Instant;
  /** Older samples are stale. Null: samples never become stale. */
  maxAge: Seconds | null;
}

/** The findings about failed polls, which need no samples. */
export type FailureFindingCode = 'SESSION_LONGER_THAN_ROLE' | 'POLLS_FAILED';

/** All findings that need samples. */
export type SampleFindingCode = Exclude<FindingCode, FailureFindingCode>;

/** Each check returns the fields of its finding, or null if there is nothing to report. */
export type SampleChecks = {
  [Code in SampleFindingCode]: (
    measurement: Measurement,
    series: CheckedSeries,
  ) => FindingFields[Code] | null;
};

/** One analysed series. A report shows only values from here and from a {@link JobJudgement}. */
export interface SeriesAnalysis extends CheckedSeries {
  findings: readonly Finding[];
}

/** `maxAge`: null is no limit; `default` is 24 h for a polled series and no limit for an imported one. */
export interface Freshness {
  now: Instant;
  /**
   * The name of the machine with the clock of `now`. Series that this machine did not poll may have another clock.
   * Absent: `now` is by the clock of the polled hosts, except for imported series.
   */
  machine?: string | undefined;
  maxAge: Seconds | null | 'default';
}

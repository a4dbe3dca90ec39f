import type { Measurement } from '../measurement/measurement.ts';
import type { Instant, Seconds, SeriesHistory } from '../model.ts';
import type { Finding } from './finding.ts';

/** A series without its findings: the input of the checks. */
export interface CheckedSeries extends Omit<SeriesHistory, 'generations'> {
  /** Null if the series has only failed polls. */
  measurement: Measurement | null;
  /** Age of the newest sample. Negative: the sample is in the future. Null without a sample. */
  age: Seconds | null;
  /** Older samples are stale. Null: samples never become stale. */
  maxAge: Seconds | null;
}

/** One analysed series. A report shows only values from here and from a {@link JobJudgement}. */
export interface SeriesAnalysis extends CheckedSeries {
  findings: readonly Finding[];
}

/** `maxAge`: null is no limit; `default` is 24 h for a polled series and no limit for an imported one. */
export interface Freshness {
  now: Instant;
  maxAge: Seconds | null | 'default';
}

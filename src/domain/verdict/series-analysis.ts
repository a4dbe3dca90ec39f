import type { Measurement } from '../measurement/measurement.ts';
import type { FailedPollCount, Instant, Seconds, SeriesIdentity, Span } from '../model.ts';
import type { Finding } from './finding.ts';

/** One series, analysed. Everything a report shows is here or in a {@link JobJudgement}. */
export interface SeriesAnalysis {
  identity: SeriesIdentity;
  isPolled: boolean;
  failedPolls: readonly FailedPollCount[];
  failedPollSpans: readonly Span[];
  /** Null where nothing but failed polls is known. */
  measurement: Measurement | null;
  /** How old the newest sample is (negative: a clock is wrong), and how old it may be: null for no limit. */
  age: Seconds | null;
  maxAge: Seconds | null;
  findings: readonly Finding[];
}

/** From when on samples are too old to judge by: null is never, `default` 24 h for polled series. */
export interface Freshness {
  now: Instant;
  maxAge: Seconds | null | 'default';
}

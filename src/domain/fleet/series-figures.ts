import type { Extremes, LeadTimeTrend, SampleClock, ValidityRange } from '../measurement/measurement.ts';
import type { Instant, Seconds, SeriesIdentity, SessionFacts } from '../model.ts';
import type { Evidence } from '../verdict/evidence.ts';

/**
 * A series in a few numbers, which are enough to judge any job. A host computes them from all of its generations, so
 * that a fleet can be judged without reading the generations of ten thousand hosts.
 */
export interface SeriesFigures {
  identity: SeriesIdentity;
  isPolled: boolean;
  session: SessionFacts | null;
  /** Null if the series has only failed polls. */
  measured: MeasuredFigures | null;
}

/** The fields have the meaning of the fields of `Measurement` with the same name. */
export interface MeasuredFigures {
  sampleCount: number;
  generationCount: number;
  witnessedCount: number;
  firstSample: Instant;
  lastSample: Instant;
  watchedTime: Seconds;
  watchedShare: number | null;
  rotationInterval: Extremes | null;
  validityWhenIssued: ValidityRange | null;
  largestPossibleValidity: Seconds | null;
  /** The largest validity of a generation when it was first seen. */
  longestServedValidity: Seconds;
  sampledMinimumSeconds: Seconds;
  worstCaseSeconds: Seconds;
  worstCaseAt: Instant;
  lag: Seconds;
  usualGap: Seconds | null;
  isIssuedPerRequest: boolean;
  areDurationsMixed: boolean;
  hasSeveralEndpoints: boolean;
  leadTimeTrend: LeadTimeTrend | null;
  clock: SampleClock;
  evidence: Evidence;
  /** For how long the newest generation had been served, if its rotation is overdue. */
  overdueServedFor: Seconds | null;
  /** The share of the watched time in which the credentials were valid. Null if no time was watched. */
  validShare: number | null;
  /** The newest generation. */
  newestExpiration: Instant;
  /** The last witnessed rotation. Null if there is none. */
  lastRotationAt: Instant | null;
  /** The seven days before the newest sample, and the time before them. Null without a witnessed rotation. */
  lastWeek: PeriodFigures | null;
  before: PeriodFigures | null;
}

/** The witnessed rotations of a period. */
export interface PeriodFigures {
  rotationCount: number;
  minLeadTime: Seconds;
  /** Null if no interval is known. */
  medianInterval: Seconds | null;
  /** Null if no appearance is known. */
  maxValidityWhenIssued: Seconds | null;
}

import type { NonEmpty } from '../lists.ts';
import type { Generation, Instant, Seconds, Span } from '../model.ts';

/** The source replaced generation `from` by generation `to`. */
export interface Rotation {
  from: Generation;
  to: Generation;
  /** The rotation happened after `from` was last seen and not later than `to` was first seen. */
  window: Span;
  /** `LastUpdated` of `to` lies in the window, so it dates the rotation. */
  isDated: boolean;
  /** The dated time plus the lag of the series, but not past the window. Undated: the end of the window. */
  at: Instant;
  /** Remaining validity of `from` at `at`. Negative if a sample found `from` after its expiration. */
  leadTime: Seconds;
  /** For how long `from` was the current generation. Null if unknown. */
  interval: Seconds | null;
  /** Time in which another generation could have been served unseen. */
  blindTime: Seconds;
  /** No other rotation can be hidden next to this one. */
  isWitnessed: boolean;
}

/** When a generation appeared. Both times are equal if `LastUpdated` is known and there is no lag. */
export interface Appearance {
  generation: Generation;
  earliest: Instant;
  latest: Instant;
}

export interface Extremes {
  min: Seconds;
  median: Seconds;
  max: Seconds;
}

/** Remaining validity of a generation at an instant. */
export interface ValidityAt {
  seconds: Seconds;
  at: Instant;
  generation: Generation;
}

export interface WorstCase extends ValidityAt {
  /** Null if the worst case is a sample. */
  rotation: Rotation | null;
}

/** A period for which the generation is known to have been served. */
export interface ServedPeriod extends Span {
  generation: Generation;
}

/** The smallest and the largest validity. */
export interface ValidityRange {
  min: Seconds;
  max: Seconds;
}

/** Counts of events that show that several endpoints serve credentials alternately. */
export interface EndpointSigns {
  /** Generations that appeared before the last sample of an earlier generation. */
  overlaps: number;
  /** Changes from one generation to another one with an older `LastUpdated`. */
  reversals: number;
  /** The last time at which two endpoints are known to have answered. */
  lastAt: Instant;
}

/** How the times of samples were corrected. */
export interface SampleClock {
  /** Samples have the times of the host's clock, because the `Date` header is wrong or may be wrong. */
  usesRawTimes: boolean;
  /** All samples were moved later by this number of milliseconds, because the host's clock is slow. */
  shiftMs: number;
  /** The newest known offset of the host's clock, or of the newest generation. Null if unknown. */
  newestOffset: Seconds | null;
  /** The machine that analyses the series may not have polled it. So `now` may be by another clock than the samples. */
  isReadElsewhere: boolean;
  /** The time of the newest sample, corrected by its own offset. */
  correctedLastSample: Instant;
  /** Generations that were seen over a minute before their `LastUpdated`. Null if there are none. */
  issuedInFuture: IssuedInFuture | null;
}

export interface IssuedInFuture {
  count: number;
  /** The largest `LastUpdated` minus sample time, before the shift. */
  ahead: Seconds;
  /** Two generations, or the newest generation, were seen over five minutes before their `LastUpdated`. */
  isDecisive: boolean;
}

/** Lead times that become shorter over time. */
export interface LeadTimeTrend {
  /** How much shorter the smallest lead time becomes per day (Theil–Sen). Greater than 0. */
  shrinkingPerDay: Seconds;
  /** The number of days or blocks that were compared. */
  points: number;
}

/** The measured facts of one series. */
export interface Measurement {
  /** In the order in which they were issued. */
  generations: NonEmpty<Generation>;
  sampleCount: number;
  rotations: readonly Rotation[];
  witnessedCount: number;
  firstSample: Instant;
  lastSample: Instant;
  /** The time from the first sample to the last, without the gaps. */
  watchedTime: Seconds;
  /** The watched share of the time from the first sample to the last, 0 to 1. Null if both are the same. */
  watchedShare: number | null;
  /**
   * The spans in which the served generation is unknown: the windows of unwitnessed rotations. With several endpoints,
   * the polling gaps. None for credentials per request.
   */
  gaps: readonly Span[];
  /** One for each generation, in the same order. */
  servedPeriods: readonly ServedPeriod[];
  rotationInterval: Extremes | null;
  /** Lengths of the windows of undated, witnessed rotations. */
  rotationWindow: Extremes | null;
  /** In order. Generations with an unknown appearance are left out. */
  appearances: readonly Appearance[];
  /** From the latest possible times of appearance. For credentials per request: the validity of samples. */
  validityWhenIssued: ValidityRange | null;
  /** The largest validity when issued, from the earliest possible times of appearance by both clocks. */
  largestPossibleValidity: Seconds | null;
  sampledMinimum: ValidityAt;
  worstCase: WorstCase;
  /** Sampled minimum minus worst case: the error of a conclusion from samples alone. */
  overstatement: Seconds;
  /** The longest time for which a generation was still served after `LastUpdated` of its successor. */
  lag: Seconds;
  /** The usual time between two samples. Null with fewer than two samples. */
  usualGap: Seconds | null;
  /** Each request returns new credentials, so there are no rotations. */
  isIssuedPerRequest: boolean;
  /** The samples were requested for different durations, so their share says nothing about other starts. */
  areDurationsMixed: boolean;
  /** Several endpoints serve credentials alternately and rotate independently. Null for one endpoint. */
  severalEndpoints: EndpointSigns | null;
  /** Null if lead times do not become shorter. */
  leadTimeTrend: LeadTimeTrend | null;
  clock: SampleClock;
}

/** What says whether a measurement has a rotation. */
export type MeasuredRotations = Pick<Measurement, 'witnessedCount' | 'isIssuedPerRequest'>;

/**
 * A rotation was witnessed, or every request gets new credentials. Validity is shortest just before a rotation, so without
 * one all starts look safe.
 */
export const hasMeasuredRotation = ({ witnessedCount, isIssuedPerRequest }: MeasuredRotations): boolean =>
  witnessedCount > 0 || isIssuedPerRequest;

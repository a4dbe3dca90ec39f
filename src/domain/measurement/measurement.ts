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
  /** Remaining validity of `from` at `at`; 0 if `from` had expired. */
  leadTime: Seconds;
  /** For how long `from` was the current generation. Null if unknown. */
  interval: Seconds | null;
  /** Time in which another generation could have been served unseen. */
  blindTime: Seconds;
  /** No other rotation can be hidden next to this one. */
  isWitnessed: boolean;
  /** Both generations were served in turns for a while. */
  isOverlapping: boolean;
  /** False while both generations are still served in turns: the next sample may show the older one. */
  isCompleted: boolean;
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

/** The smallest and the largest validity when issued. */
export interface ValidityRange {
  min: Seconds;
  max: Seconds;
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
  /** The spans around unwitnessed rotations, for which the served generation is unknown. */
  gaps: readonly Span[];
  /** One for each generation, in the same order. */
  servedPeriods: readonly ServedPeriod[];
  rotationInterval: Extremes | null;
  /** Lengths of the windows of undated, witnessed rotations. */
  rotationWindow: Extremes | null;
  /** In order. Generations with an unknown appearance are left out. */
  appearances: readonly Appearance[];
  validityWhenIssued: ValidityRange | null;
  sampledMinimum: ValidityAt;
  worstCase: WorstCase;
  /** Sampled minimum minus worst case: the error of a conclusion from samples alone. */
  overstatement: Seconds;
  /** The longest time for which a generation was still served after `LastUpdated` of its successor. */
  lag: Seconds;
  /** The usual time between two samples. Null with fewer than two samples. */
  usualGap: Seconds | null;
  isIssuedPerRequest: boolean;
}

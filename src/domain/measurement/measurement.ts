import type { Generation, Instant, Seconds, Span } from '../model.ts';

/** The source replaced generation `from` by generation `to`. */
export interface Rotation {
  from: Generation;
  to: Generation;
  /** All that sampling alone knows: after `from` was last seen and no later than `to` was first seen. */
  window: Span;
  /** `LastUpdated` of `to` lies in the window and so tells the moment. */
  isDated: boolean;
  /** The moment taken as that of the rotation: the dated one, moved by the series' lag, or the window's late end. */
  at: Instant;
  /** What a job started just before could have been handed: remaining validity of `from` at `at`; never below 0. */
  leadTime: Seconds;
  /** How long `from` was the one handed out; null where its beginning is not known. */
  interval: Seconds | null;
  /** Time in which another generation could have come and gone unseen. */
  blindTime: Seconds;
  /** No other rotation can have hidden beside it. */
  isWitnessed: boolean;
  /** Both were handed out in turns for a while. */
  isOverlapping: boolean;
  /** False while both still are: the older one may come back at the next look. */
  isCompleted: boolean;
}

/** When a generation appeared. The two ends agree where `LastUpdated` tells and the source has no lag. */
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

/** Remaining validity at a moment, and the generation it belongs to. */
export interface ValidityAt {
  seconds: Seconds;
  at: Instant;
  generation: Generation;
}

export interface WorstCase extends ValidityAt {
  /** Null where a sample itself was the worst. */
  rotation: Rotation | null;
}

/** A generation's part in what was handed out: from when to when, as far as it is known. */
export interface ServedPeriod extends Span {
  generation: Generation;
}

/** What the samples of one series prove. */
export interface Measurement {
  /** In the order in which they were issued. */
  generations: readonly Generation[];
  sampleCount: number;
  rotations: readonly Rotation[];
  witnessedCount: number;
  firstSample: Instant;
  lastSample: Instant;
  /** First sample to last, less the gaps. */
  watchedTime: Seconds;
  /** Around unwitnessed rotations: it is not known what was handed out. */
  gaps: readonly Span[];
  servedPeriods: readonly ServedPeriod[];
  rotationInterval: Extremes | null;
  /** How long the windows are in which the undated ones are known to lie; null where there is none. */
  rotationWindow: Extremes | null;
  /** Of every generation of which it is known, in order. */
  appearances: readonly Appearance[];
  validityWhenIssued: { min: Seconds; max: Seconds } | null;
  sampledMinimum: ValidityAt;
  worstCase: WorstCase;
  /** Sampled minimum less worst case: by how much polling alone would have been too kind. */
  overstatement: Seconds;
  /** The longest time for which the source went on serving a generation after the next one's `LastUpdated`. */
  lag: Seconds;
  /** The usual time between two samples; null with fewer than two. */
  usualGap: Seconds | null;
  isIssuedPerRequest: boolean;
}

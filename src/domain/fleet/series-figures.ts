import type { Extremes } from '../measurement/measurement.ts';
import type { FailedPollCount, Instant, Seconds, SeriesIdentity, SessionFacts } from '../model.ts';
import type { SeriesCandidate } from '../verdict/figures/choose-series.ts';
import type { JudgedFigures } from '../verdict/figures/judged-figures.ts';
import type { BehaviourChange } from './behaviour-change.ts';

/**
 * A series in a few numbers, which are enough to judge any job. A host computes them from all of its generations, so
 * that a fleet can be judged without reading the generations of ten thousand hosts.
 */
export interface SeriesFigures {
  identity: SeriesIdentity;
  isPolled: boolean;
  session: SessionFacts | null;
  /** See {@link SeriesCandidate}. */
  wasNeverConfigured: boolean;
  /** The newest poll of the source, if it failed. Null if a sample was taken after it. */
  failure: PollFailure | null;
  /** Null if the series has only failed polls, or no sample in the selected period. */
  measured: MeasuredFigures | null;
  /** The newest sample, if the period leaves out all samples. Absent for other series. */
  newestOutside?: Instant;
}

export type PollFailure = Pick<FailedPollCount, 'reason' | 'lastAt'>;

/** The fields have the meaning of the fields of `Measurement` with the same name. */
export interface MeasuredFigures extends JudgedFigures {
  sampleCount: number;
  generationCount: number;
  firstSample: Instant;
  watchedTime: Seconds;
  rotationInterval: Extremes | null;
  sampledMinimumSeconds: Seconds;
  worstCaseAt: Instant;
  lag: Seconds;
  usualGap: Seconds | null;
  areDurationsMixed: boolean;
  /** For how long the newest generation had been served, if its rotation is overdue. */
  overdueServedFor: Seconds | null;
  /** The longest validity of the finding `VALIDITY_TOO_LONG`. */
  unprovenValidity: Seconds | null;
  /** Of the newest generation. */
  newestExpiration: Instant;
  /** The last witnessed rotation. Null if there is none. */
  lastRotationAt: Instant | null;
  /** The seven days before the newest sample. Null without a witnessed rotation in them. */
  lastWeek: PeriodFigures | null;
  /** The time before the last week. Null without a witnessed rotation in it. */
  before: PeriodFigures | null;
  /** Changes of behaviour in the last week. */
  changes: readonly BehaviourChange[];
}

/** The witnessed rotations of a period, and the generations that appeared in it. */
export interface PeriodFigures {
  rotationCount: number;
  minLeadTime: Seconds;
  /** Null if no interval is known. */
  medianInterval: Seconds | null;
  /** From the latest possible times of appearance. Null if no appearance is known. */
  maxValidityWhenIssued: Seconds | null;
}

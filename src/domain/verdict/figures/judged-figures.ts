import { IMPOSSIBLE_ROLE_VALIDITY } from '../../aws-limits.ts';
import { getHistoryColumns } from '../../measurement/columns/column-measurement.ts';
import type { Extremes, Measurement } from '../../measurement/measurement.ts';
import { computeShareOfSafeStarts, findLongestServedValidity } from '../../measurement/validity.ts';
import type { Seconds } from '../../model.ts';
import { type Evidence, findEvidence } from '../evidence.ts';
import type { Finding } from '../finding.ts';
import type { SeriesAnalysis } from '../series-analysis.ts';

/** What a verdict on a job needs of the samples of a series. */
export interface JudgedFigures
  extends Pick<
    Measurement,
    | 'witnessedCount'
    | 'lastSample'
    | 'watchedShare'
    | 'validityWhenIssued'
    | 'largestPossibleValidity'
    | 'isIssuedPerRequest'
    | 'leadTimeTrend'
    | 'clock'
  > {
  worstCaseSeconds: Seconds;
  rotationInterval: Pick<Extremes, 'median'> | null;
  hasSeveralEndpoints: boolean;
  /** The largest validity of a generation when it was first seen. */
  readonly longestServedValidity: Seconds;
  /** The share of the watched time in which the credentials were valid. Null if no time was watched. */
  readonly validShare: number | null;
  readonly evidence: Evidence;
}

/** What a verdict on a job needs of a series. */
export interface JudgedSeriesFigures extends Pick<SeriesAnalysis, 'age' | 'maxAge' | 'newestOutside'> {
  /** Null without a sample. */
  measured: JudgedFigures | null;
  /** For how long the newest generation had been served, if its rotation is overdue. */
  overdueServedFor: Seconds | null;
  /**
   * The longest validity of imported samples, if no role can have it and nothing proves their time. Null for
   * polled samples: their host has the right zone.
   */
  unprovenValidity: Seconds | null;
}

/** The figures of a measurement. Figures that need a pass over the history are computed when they are read. */
export class MeasurementFigures implements JudgedFigures {
  readonly #measurement: Measurement;
  readonly witnessedCount;
  readonly lastSample;
  readonly watchedShare;
  readonly validityWhenIssued;
  readonly largestPossibleValidity;
  readonly isIssuedPerRequest;
  readonly leadTimeTrend;
  readonly clock;
  readonly worstCaseSeconds;
  readonly rotationInterval;
  readonly hasSeveralEndpoints;

  constructor(measurement: Measurement) {
    this.#measurement = measurement;
    this.witnessedCount = measurement.witnessedCount;
    this.lastSample = measurement.lastSample;
    this.watchedShare = measurement.watchedShare;
    this.validityWhenIssued = measurement.validityWhenIssued;
    this.largestPossibleValidity = measurement.largestPossibleValidity;
    this.isIssuedPerRequest = measurement.isIssuedPerRequest;
    this.leadTimeTrend = measurement.leadTimeTrend;
    this.clock = measurement.clock;
    this.worstCaseSeconds = measurement.worstCase.seconds;
    this.rotationInterval = measurement.rotationInterval;
    this.hasSeveralEndpoints = measurement.severalEndpoints !== null;
  }

  get longestServedValidity(): Seconds {
    return findLongestServedValidity(getHistoryColumns(this.#measurement));
  }

  get validShare(): number | null {
    return computeShareOfSafeStarts(this.#measurement, 0);
  }

  get evidence(): Evidence {
    return findEvidence(this.#measurement);
  }
}

/** The figures of an analysed series. */
export const findJudgedFigures = ({
  measurement,
  age,
  maxAge,
  isPolled,
  findings,
  newestOutside,
}: SeriesAnalysis): JudgedSeriesFigures => ({
  measured: measurement && new MeasurementFigures(measurement),
  ...(newestOutside === undefined ? {} : { newestOutside }),
  age,
  maxAge,
  overdueServedFor: findOverdueServedFor(findings),
  unprovenValidity: isPolled ? null : findUnprovenValidity(findings),
});

/** Whether the times of the samples are known well enough to say which jobs are safe. */
export const areTimesKnown = ({
  isPolled,
  findings,
}: Pick<SeriesAnalysis, 'isPolled' | 'findings'>): boolean =>
  isPolled || findUnprovenValidity(findings) === null;

/** See {@link JudgedSeriesFigures.unprovenValidity}. A validity that a role can have may be right. */
export function findUnprovenValidity(findings: readonly Finding[]): Seconds | null {
  const found = findings.find((finding) => finding.code === 'VALIDITY_TOO_LONG');
  return found !== undefined && found.longestSeconds > IMPOSSIBLE_ROLE_VALIDITY ? found.longestSeconds : null;
}

export function findOverdueServedFor(findings: readonly Finding[]): Seconds | null {
  const overdue = findings.find((finding) => finding.code === 'ROTATION_OVERDUE');
  return overdue?.servedForSeconds ?? null;
}

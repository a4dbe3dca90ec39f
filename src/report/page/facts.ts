import type { Extremes, Measurement } from '../../domain/measurement/measurement.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration } from '../../domain/time/duration.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import { describeSamples, UNKNOWN_VALUE } from '../messages/measurements.ts';
import {
  describeAboveWorstCase,
  describeExactRange,
  formatSampledMinimum,
  SETS_OF_CREDENTIALS,
} from '../messages/page.ts';
import type { Row } from '../rows/row.ts';
import { listMeasuredRows } from '../rows/series-rows.ts';
import { formatDurationRange, isRangeRounded } from '../text/duration-range.ts';
import { formatCount } from '../text/format-values.ts';
import type { TimeFormat } from '../text/time-format.ts';

interface FactOptions {
  series: Pick<SeriesAnalysis, 'isPolled' | 'findings'>;
  margin: Seconds;
  times: TimeFormat;
  /** What a verdict or a headline above the facts states. */
  stated: 'nothing' | 'worst-case' | 'verdict';
}

/** The labels of the facts, from the conclusions to the samples. */
const ORDER = [
  'longest safe job',
  'worst case',
  'rotations',
  'rotation interval',
  'validity when issued',
  'sampled minimum',
  'watched time',
  'samples',
];
const STATED = {
  nothing: new Set<string>(),
  'worst-case': new Set(['worst case']),
  verdict: new Set(['worst case', 'watched time']),
};

/** The measured values of a series that the page does not show elsewhere. */
export function listFacts(measurement: Measurement, { series, margin, times, stated }: FactOptions): Row[] {
  const rows = listMeasuredRows(measurement, series, margin, times);
  const byLabel = new Map(rows.map((row) => [row[0], row]));
  const {
    rotationInterval: interval,
    validityWhenIssued: issued,
    sampledMinimum,
    overstatement,
  } = measurement;
  if (interval !== null) {
    const remark = [
      describeRange(interval),
      ...(interval.min === interval.max ? [] : [`median ${duration(interval.median)}`]),
    ];
    byLabel.set('rotation interval', [
      'rotation interval',
      formatDurationRange(interval.min, interval.max),
      remark.filter((each) => each !== '').join('; '),
    ]);
  }
  if (issued !== null) {
    byLabel.set('validity when issued', [
      'validity when issued',
      formatDurationRange(issued.min, issued.max),
      describeRange(issued),
    ]);
  }
  byLabel.set('samples', [
    'samples',
    formatCount(measurement.sampleCount, 'sample'),
    describeSamples(measurement, series.isPolled, times, SETS_OF_CREDENTIALS),
  ]);
  byLabel.set('sampled minimum', [
    'sampled minimum',
    formatSampledMinimum(sampledMinimum.seconds),
    stated !== 'nothing' && overstatement > 0
      ? describeAboveWorstCase(overstatement)
      : `at ${times.timestamp(sampledMinimum.at)}`,
  ]);
  return ORDER.flatMap((label) => {
    const row = byLabel.get(label);
    const isShown = row !== undefined && row[1] !== UNKNOWN_VALUE && !STATED[stated].has(label);
    return isShown ? [row] : [];
  });
}

function describeRange({ min, max }: Pick<Extremes, 'min' | 'max'>): string {
  if (min === max) return 'always the same';
  return isRangeRounded(min, max) ? describeExactRange(min, max) : '';
}

import type { Measurement } from '../../domain/measurement/measurement.ts';
import { computeSafeStartsCurve, type SafeStartsPoint } from '../../domain/measurement/validity.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import { findLongestSafeJob } from '../../domain/verdict/job.ts';
import type { SeriesAnalysis } from '../../domain/verdict/series-analysis.ts';
import type { ReportContext } from '../context.ts';
import {
  describeGaps,
  describeRotationWindow,
  describeSamples,
  describeWitnessedRotations,
  describeWorstCase,
  ISSUED_PER_REQUEST_MESSAGE,
  UNKNOWN_VALUE,
} from '../messages/measurements.ts';
import {
  formatCount,
  formatExtremes,
  formatNumber,
  formatShare,
  formatTimestamp,
  getSeparator,
} from '../text/format-values.ts';
import { type Palette, PLAIN_PALETTE } from './colour.ts';
import type { LabelledRow } from './layout.ts';

type SeriesRowContext = Pick<ReportContext, 'margin' | 'isAsciiOnly'>;

/** The measured values of one series, and its failed polls. */
export function buildSeriesRows(
  analysis: SeriesAnalysis,
  context: SeriesRowContext,
  { bold }: Palette,
): LabelledRow[] {
  const { measurement, isPolled } = analysis;
  const failedPolls = buildFailedPollRows(analysis);
  if (measurement === null) return [['samples', 'none'], ...failedPolls];
  const values = describeMeasuredValues(measurement, isPolled, context);
  const rows = Object.entries<MeasuredValue | null>(values).flatMap(([label, measured]): LabelledRow[] => {
    if (measured === null) return [];
    const value = label === 'worst case' ? bold(measured.value) : measured.value;
    return [[label, measured.line ?? `${value} ${measured.remark ?? ''}`.trim()]];
  });
  return [...rows, ['safe starts by job', formatSafeStarts(measurement, context)], ...failedPolls];
}

/** The rows of {@link buildSeriesRows} for formats other than the table. */
export const buildPlainSeriesRows = (
  analysis: SeriesAnalysis,
  { margin }: Pick<ReportContext, 'margin'>,
): LabelledRow[] => buildSeriesRows(analysis, { margin, isAsciiOnly: false }, PLAIN_PALETTE);

interface MeasuredValue {
  value: string;
  remark?: string;
  /** For a single line, if it is not the value followed by the remark. */
  line?: string;
}

const NOT_KNOWN: MeasuredValue = { value: UNKNOWN_VALUE };

/** In the order of the table. Null is not shown. */
export function describeMeasuredValues(
  measurement: Measurement,
  isPolled: boolean,
  { margin, isAsciiOnly }: SeriesRowContext,
) {
  const { sampledMinimum, worstCase, rotationInterval: interval, validityWhenIssued: issued } = measurement;
  const separator = getSeparator(isAsciiOnly);
  const samples = describeSamples(measurement, isPolled);
  const watched = duration(measurement.watchedTime);
  const [gaps, witnessed] = [describeGaps(measurement), describeWitnessedRotations(measurement)];
  return {
    samples: {
      value: formatNumber(measurement.sampleCount),
      remark: samples,
      line: `${formatCount(measurement.sampleCount, 'sample')} ${samples}`,
    },
    'watched time': {
      value: watched,
      remark: `${gaps && `${gaps}; `}${witnessed}`,
      line: `${watched}${gaps && `, ${gaps}`}; ${witnessed}`,
    },
    'rotation interval':
      interval === null
        ? NOT_KNOWN
        : {
            value: duration(interval.median),
            remark: `median${separator}${duration(interval.min)} min${separator}${duration(interval.max)} max`,
            line: formatExtremes(interval, isAsciiOnly),
          },
    'rotation windows':
      measurement.rotationWindow === null ? null : { value: '', remark: describeRotationWindow(measurement) },
    'validity when issued':
      issued === null
        ? NOT_KNOWN
        : { value: duration(issued.min), remark: `min${separator}${duration(issued.max)} max` },
    'sampled minimum': {
      value: duration(sampledMinimum.seconds),
      remark: `at ${formatTimestamp(sampledMinimum.at)}`,
    },
    'worst case': { value: duration(worstCase.seconds), remark: describeWorstCase(measurement) },
    'longest safe job': describeLongestSafeJob(measurement, margin),
  } satisfies Record<string, MeasuredValue | null>;
}

function describeLongestSafeJob(measurement: Measurement, margin: Seconds): MeasuredValue {
  const longest = findLongestSafeJob(measurement, margin);
  const remark = `with a margin of ${short(margin)}`;
  if (longest !== null) return { value: duration(longest), remark };
  if (measurement.witnessedCount > 0) return { value: 'none', remark };
  return { value: UNKNOWN_VALUE, remark, line: `${UNKNOWN_VALUE}: no rotation witnessed` };
}

/** Six points fit into one line. */
const MAX_CURVE_POINTS = 6;

/** `4h55m 100% · 5h 97.72% · 5h30m 61.36%`: the part of the curve where the share begins to fall. */
function formatSafeStarts(measurement: Measurement, { margin, isAsciiOnly }: SeriesRowContext): string {
  if (measurement.isIssuedPerRequest) return ISSUED_PER_REQUEST_MESSAGE;
  const points = removeLevelPoints(computeSafeStartsCurve(measurement, margin));
  if (points.length === 0) return `${UNKNOWN_VALUE}: one sample covers no time`;
  const firstBelow = points.findIndex(({ share }) => share < 1);
  const chosen =
    firstBelow < 0 ? points.slice(-1) : points.slice(Math.max(0, firstBelow - 1)).slice(0, MAX_CURVE_POINTS);
  return chosen
    .map(({ jobDuration, share }) => `${short(jobDuration)} ${formatShare(share)}`)
    .join(getSeparator(isAsciiOnly));
}

/** Keeps the first and last of consecutive points with the same share. */
const removeLevelPoints = (points: readonly SafeStartsPoint[]) =>
  points.filter(
    ({ share }, index) => share !== points[index - 1]?.share || share !== points[index + 1]?.share,
  );

function buildFailedPollRows({ failedPolls }: SeriesAnalysis): LabelledRow[] {
  return failedPolls.map(
    ({ reason, count, lastAt }, index): LabelledRow => [
      index === 0 ? 'failed polls' : '',
      `${formatNumber(count)} ${reason}, last at ${formatTimestamp(lastAt)}`,
    ],
  );
}

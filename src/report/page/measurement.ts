import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import { findLongestSafeJob } from '../../domain/verdict/job.ts';
import {
  describeGaps,
  describeRotationWindow,
  describeSamples,
  describeWitnessedRotations,
  describeWorstCase,
  UNKNOWN_VALUE,
} from '../messages/measurements.ts';
import { formatNumber, formatTimestamp } from '../text/format-values.ts';
import type { Markup } from './markup.ts';
import { renderDefinitionList } from './markup.ts';

/** The measured values of one series, the most important first. */
export function renderMeasurement(measurement: Measurement, isPolled: boolean, margin: Seconds): Markup {
  const { sampledMinimum, rotationInterval: interval, validityWhenIssued: issued, worstCase } = measurement;
  const longest = findLongestSafeJob(measurement, margin);
  const noLongest = measurement.witnessedCount === 0 ? UNKNOWN_VALUE : 'none';
  return renderDefinitionList(
    [
      ['worst case', duration(worstCase.seconds), describeWorstCase(measurement)],
      ['sampled minimum', duration(sampledMinimum.seconds), `at ${formatTimestamp(sampledMinimum.at)}`],
      [
        'longest safe job',
        longest === null ? noLongest : duration(longest),
        `with a margin of ${short(margin)}`,
      ],
      interval === null
        ? ['rotation interval', UNKNOWN_VALUE]
        : [
            'rotation interval',
            duration(interval.median),
            `median · ${duration(interval.min)} min · ${duration(interval.max)} max`,
          ],
      measurement.rotationWindow !== null && ['rotation windows', '', describeRotationWindow(measurement)],
      issued === null
        ? ['validity when issued', UNKNOWN_VALUE]
        : ['validity when issued', duration(issued.min), `min · ${duration(issued.max)} max`],
      ['samples', formatNumber(measurement.sampleCount), describeSamples(measurement, isPolled)],
      ['watched time', duration(measurement.watchedTime), describeWatchedTime(measurement)],
    ],
    'figures',
  );
}

const describeWatchedTime = (measurement: Measurement): string =>
  [describeGaps(measurement), describeWitnessedRotations(measurement)]
    .filter((part) => part !== '')
    .join('; ');

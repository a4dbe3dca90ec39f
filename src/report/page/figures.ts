import type { Measurement } from '../../domain/measurement/measurement.ts';
import type { Seconds } from '../../domain/model.ts';
import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import { longestSafeJob } from '../../domain/verdict/job.ts';
import {
  gapsMessage,
  NOT_KNOWN,
  samplesMessage,
  windowMessage,
  witnessedMessage,
  worstCaseMessage,
} from '../messages/measurements.ts';
import { writeInstant } from '../text/writing.ts';
import { definitions } from './definitions.ts';
import type { Markup } from './markup.ts';

/** The figures of one series: the largest first, then what they rest on. */
export function figures(measurement: Measurement, polled: boolean, margin: Seconds): Markup {
  const { sampledMinimum, rotationInterval: interval, validityWhenIssued: issued, worstCase } = measurement;
  const longest = longestSafeJob(measurement, margin);
  const unknown = measurement.witnessedCount === 0 ? NOT_KNOWN : 'none';
  return definitions(
    [
      ['worst case', duration(worstCase.seconds), worstCaseMessage(measurement)],
      ['sampled minimum', duration(sampledMinimum.seconds), `at ${writeInstant(sampledMinimum.at)}`],
      [
        'longest safe job',
        longest === null ? unknown : duration(longest),
        `with a margin of ${short(margin)}`,
      ],
      interval === null
        ? ['rotation interval', NOT_KNOWN]
        : [
            'rotation interval',
            duration(interval.median),
            `median · ${duration(interval.min)} min · ${duration(interval.max)} max`,
          ],
      measurement.rotationWindow !== null && ['rotation moments', '', windowMessage(measurement)],
      issued === null
        ? ['validity when issued', NOT_KNOWN]
        : ['validity when issued', duration(issued.min), `min · ${duration(issued.max)} max`],
      ['samples', measurement.sampleCount.toLocaleString('en-US'), samplesMessage(measurement, polled)],
      ['watched time', duration(measurement.watchedTime), watched(measurement)],
    ],
    'figures',
  );
}

const watched = (measurement: Measurement): string =>
  [gapsMessage(measurement), witnessedMessage(measurement)].filter((part) => part !== '').join('; ');

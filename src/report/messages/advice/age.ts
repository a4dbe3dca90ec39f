import type { Measurement } from '../../../domain/measurement/measurement.ts';
import type { Seconds } from '../../../domain/model.ts';
import { formatDuration } from '../../../domain/time/duration.ts';
import type { SeriesAnalysis } from '../../../domain/verdict/series-analysis.ts';
import { formatAbout } from '../../text/rough-duration.ts';
import { type TimeFormat, UTC_TIMES } from '../../text/time-format.ts';

const HOUR: Seconds = 3_600;
const DAY: Seconds = 86_400;

/** How many polls of a poller can be missing until it has probably stopped. */
const MISSED_POLLS = 3;

/** What to do about a safe verdict of a history that has ended. Empty if the newest sample is recent. */
export function adviseOnAge(
  { isPolled, maxAge, age, measurement }: Pick<SeriesAnalysis, 'isPolled' | 'maxAge' | 'age' | 'measurement'>,
  times: TimeFormat = UTC_TIMES,
): string[] {
  if (age === null || measurement === null) return [];
  if (isPolled) return adviseOnStoppedPolls(age, measurement);
  // A saved log is judged however old it is.
  if (maxAge !== null || age <= DAY) return [];
  return [
    `all samples are imported and end on ${times.date(measurement.lastSample)}: for credentials of today, ` +
      'import newer ones; with --max-age 24h, a verdict from older ones is unknown',
  ];
}

function adviseOnStoppedPolls(age: Seconds, { usualGap }: Measurement): string[] {
  if (usualGap === null || age < HOUR || age < (MISSED_POLLS + 1) * usualGap) return [];
  return [
    `the newest sample is ${formatDuration(age)} old, and polls were usually ${formatAbout(usualGap)} apart: ` +
      '`cred-watch init --check` on this host shows whether they have stopped',
  ];
}

import type { Seconds } from '../../../domain/model.ts';
import type { SeriesAnalysis } from '../../../domain/verdict/series-analysis.ts';
import { type TimeFormat, UTC_TIMES } from '../../text/time-format.ts';

const DAY: Seconds = 86_400;

/** A saved log is judged however old it is, so a safe verdict says how old. Empty for other series. */
export function adviseOnOldImport(
  { isPolled, maxAge, age, measurement }: Pick<SeriesAnalysis, 'isPolled' | 'maxAge' | 'age' | 'measurement'>,
  times: TimeFormat = UTC_TIMES,
): string[] {
  if (isPolled || maxAge !== null || age === null || age <= DAY || measurement === null) return [];
  return [
    `all samples are imported and end on ${times.date(measurement.lastSample)}: for credentials of today, ` +
      'import newer ones; with --max-age 24h, a verdict from older ones is unknown',
  ];
}

import { Option } from 'commander';
import { createTimeFormat, type TimeFormat, UTC_TIMES } from '../../report/text/time-format.ts';
import type { Io } from '../process/io.ts';

/** The flag of a command whose output has times for people. */
export interface TimeZoneFlag {
  timezone?: string | undefined;
}

export const createTimeZoneFlag = (description = 'time zone of the output for people') =>
  new Option('--timezone <zone>', `${description}: local, -05:00 or America/New_York (default: UTC)`);

/**
 * Writes times in the zone of the flag. Without the flag, loads no data of time zones.
 * @throws CredWatchError if the zone is unknown
 */
export async function openTimeFormat({ timezone }: TimeZoneFlag, io: Pick<Io, 'env'>): Promise<TimeFormat> {
  if (timezone === undefined) return UTC_TIMES;
  const { readTimeZone } = await import('./read-time-zone.ts');
  return createTimeFormat(await readTimeZone(timezone, io));
}

import { toReportOptions } from '../flags/judging-flags.ts';
import type { Io } from '../process/io.ts';
import { openTimeFormat, type TimeZoneFlag } from '../time-zone/time-zone-flag.ts';
import type { CommonPollFlags } from './poll-flags.ts';

/**
 * Checks the values that are used only after the database is open, because wrong usage creates no database.
 * @throws CredWatchError if the addresses, the jobs or the time zone are wrong
 */
export async function checkPollFlags(flags: CommonPollFlags & TimeZoneFlag, io: Io): Promise<void> {
  await openTimeFormat(flags, io);
  toReportOptions(flags, {}, { now: io.clock.now(), machine: io.machine });
  if (flags.listen.length === 0) return;
  const { parseListenAddresses } = await import('../flags/listen-addresses.ts');
  parseListenAddresses(flags);
}

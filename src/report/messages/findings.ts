import { formatDuration as duration, formatShortDuration as short } from '../../domain/time/duration.ts';
import type { Finding, FindingCode } from '../../domain/verdict/finding.ts';
import { formatCount, formatTimestamp } from '../text/format-values.ts';

/*
 * This folder has every sentence that the program says about credentials. Tests match on codes, so that words can be
 * mended here without asking anybody.
 */

type Args = Finding['args'];
const num = (args: Args, name: string) => args[name] as number;

const FINDINGS: Record<FindingCode, (args: Args) => string> = {
  SERVED_EXPIRED: (a) =>
    `expired credentials were handed out, ${duration(num(a, 'seconds'))} past their end (${formatTimestamp(num(a, 'at'))}); SDKs hide this`,
  ROTATION_TOO_LATE: (a) =>
    `${formatCount(num(a, 'count'), 'rotation')} ${a.certain ? 'came' : 'may have come'} with less than the 5 minutes left that AWS promises; ` +
    `the worst with ${duration(num(a, 'seconds'))} (${formatTimestamp(num(a, 'at'))})` +
    (a.certain ? '' : '; poll more often to know'),
  ROTATION_OVERDUE: (a) =>
    `the newest credentials had been handed out for ${duration(num(a, 'seconds'))} at the last sample; ` +
    (a.learned
      ? `none before was replaced later than after ${duration(num(a, 'usualSeconds'))}`
      : `this source usually rotates within ${duration(num(a, 'usualSeconds'))}`),
  ISSUED_PER_REQUEST: () =>
    'every request was answered with new credentials: this source has no rotations, a job starts with full validity',
  TWO_AT_ONCE: (a) =>
    `two generations were handed out in turns, ${formatCount(num(a, 'count'), 'time')}: several endpoints answer, and the older credentials count`,
  EXPIRATION_EXTENDED: (a) =>
    `${formatCount(num(a, 'count'), 'generation')} stated different expirations for the same key, up to ${duration(num(a, 'seconds'))} apart; the earliest one counts`,
  ISSUED_IN_FUTURE: (a) =>
    `${formatCount(num(a, 'count'), 'generation')} had a LastUpdated up to ${duration(num(a, 'seconds'))} after being seen: a clock or a time zone is wrong`,
  STALE_SAMPLES: (a) =>
    `the newest sample is ${duration(num(a, 'seconds'))} old (${formatTimestamp(num(a, 'at'))}), older than ${short(num(a, 'maxAgeSeconds'))}: is the poller still running?`,
  POLLING_GAP: (a) =>
    `in ${formatCount(num(a, 'count'), 'gap')} of ${duration(num(a, 'seconds'))} altogether it is not known what was handed out; ` +
    `the longest is ${duration(num(a, 'longestSeconds'))}, from ${formatTimestamp(num(a, 'from'))}`,
  POLLS_TOO_RARE: (a) =>
    `samples are usually ${duration(num(a, 'seconds'))} apart, too far to be sure of every rotation: poll every ${short(num(a, 'everySeconds'))}`,
  POLLS_FAILED: (a) =>
    `${formatCount(num(a, 'count'), 'poll')} failed, the last one at ${formatTimestamp(num(a, 'at'))} (${a.reason})`,
  CLOCK_SKEW: (a) =>
    `the host's clock was ${duration(Math.abs(num(a, 'seconds')))} ${num(a, 'seconds') > 0 ? 'ahead of' : 'behind'} AWS's; times here are corrected, SDKs on that host are not`,
  CLOCK_UNKNOWN: (a) =>
    a.all
      ? "the clock of the host that took these samples was not compared with AWS's: times are as it gave them"
      : `for ${formatCount(num(a, 'count'), 'generation')} the host's clock was not compared with AWS's`,
  ZONELESS_TIME: (a) =>
    `${formatCount(num(a, 'count'), 'generation')} gave times without a zone; they were read as UTC`,
  IMDS_V1_USED: () => 'these samples came over IMDSv1, which hands out other credentials than v2',
};

export const describeFinding = ({ code, args }: Finding): string => FINDINGS[code](args);

import type { CheckState, InstallationCheck } from '../../../domain/installation/check/installation-check.ts';
import type { FailureFacts, Instant, SourceName } from '../../../domain/model.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { formatTimestamp, joinWords } from '../../text/format-values.ts';
import { describeFailure } from '../failures/describe-failure.ts';
import { adviseSameSource } from '../failures/same-source.ts';
import type { CheckText } from './pollers.ts';

export interface CheckContext {
  database: string;
  /** The command that makes this machine poll into this database. */
  installCommand: string;
  /** The same for the interval of POLL_INTERVAL. Null without this check. */
  intervalCommand: string | null;
  user: string;
  /** The poll of the check gets credentials. */
  isPollOk: boolean;
  /** Why the poll of the check fails. Null if it does not. */
  failure: FailureFacts | null;
  /** The source has samples, so it worked before. */
  hasWorked: boolean;
}

/** @param check has the newest poll */
export function describeLastPoll(
  check: Extract<InstallationCheck, { code: 'LAST_POLL' }>,
  { database, ...context }: CheckContext,
): CheckText {
  const { state, at, ageSeconds, allowedSeconds, failure, source, otherSources, otherSampleAt } = check;
  if (at === null && otherSampleAt !== null) return describeOtherSamples(state, otherSampleAt);
  if (state === 'unknown' && at === null)
    return { message: 'the last poll is unknown, because the database cannot be read', fix: null };
  if (at === null || ageSeconds === null) {
    const isOther = source !== null && otherSources.length > 0;
    const others = isOther ? ` (it has polls of ${joinWords(otherSources.map(nameSource))})` : '';
    const flags = isOther && source !== 'imds' && source !== 'container' ? ` --source ${source}` : '';
    return {
      message: `no poll ${isOther ? `of ${nameSource(source)} ` : ''}is recorded in ${database}${others}`,
      fix: `run \`cred-watch poll${flags}\`, and read its message`,
    };
  }
  const when = `${formatTimestamp(at)}, ${duration(Math.max(0, ageSeconds))} ago`;
  if (failure !== null) {
    const { message } = describeFailure({ ...failure, misconfiguration: null, possibleHopLimit: false });
    return {
      message: `the last poll failed: ${message} (${when})`,
      fix: adviseAfterFailure(failure, context),
    };
  }
  if (state === 'unknown') {
    return {
      message: `the last poll was at ${when}, but the schedule may not have polled yet: the first poll is younger than one interval, and may be one by hand`,
      fix: 'run the check again after one interval',
    };
  }
  return ageSeconds <= allowedSeconds
    ? { message: `the last poll was at ${when}`, fix: null }
    : {
        message: `the last poll is too old: it was at ${when}, and a poll is expected within ${duration(allowedSeconds)}${otherSampleAt === null ? '' : `; the sample of ${formatTimestamp(otherSampleAt)} is from another command, such as \`check\``}`,
        fix: FIX_SCHEDULE,
      };
}

const FIX_SCHEDULE =
  'fix the schedule above; the mails of cron, or `journalctl -u cred-watch`, show the errors of polls';

/** `poll` has recorded nothing, but `init`, `check`, `exec` or `env` has. */
const describeOtherSamples = (state: CheckState, sampleAt: Instant): CheckText =>
  state === 'unknown'
    ? {
        message: `no poll is recorded yet: the sample of ${formatTimestamp(sampleAt)} is from another command, such as \`init\``,
        fix: 'run the check again after one interval of the schedule',
      }
    : {
        message: `no poll is recorded: the sample of ${formatTimestamp(sampleAt)} is from another command, such as \`init\` or \`check\``,
        fix: FIX_SCHEDULE,
      };

/** The same advice as for the poll of the check, if this poll fails for the same reason. */
function adviseAfterFailure(
  recorded: Pick<FailureFacts, 'reason' | 'detail'>,
  { failure, hasWorked, isPollOk }: Omit<CheckContext, 'database'>,
): string | null {
  if (isPollOk)
    return 'a poll succeeds now, so run the check again after the next poll; if it fails again, compare its variables with those of this shell';
  const isSame = failure?.reason === recorded.reason;
  const facts = isSame ? failure : { ...recorded, misconfiguration: null, possibleHopLimit: false };
  return (hasWorked ? adviseSameSource(facts) : null) ?? describeFailure(facts).hint;
}

export const nameSource = (source: SourceName): string =>
  source === 'environment' ? 'the environment variables' : source;

import type { Instant } from '../../domain/model.ts';
import { judgeEnd } from '../../domain/running-job/judge-running-job.ts';
import type { ExpiryWarningCode } from '../../domain/running-job/running-job.ts';
import { describeWatchedStart } from '../../report/messages/running-job/running-job.ts';
import type { CommandResult } from '../../watch/record-job-run.ts';
import { CorrectedClock } from '../../watch/running-job/corrected-clock.ts';
import { followJob } from '../../watch/running-job/follow-job.ts';
import type { Io } from '../process/io.ts';
import { printNote } from '../process/messages.ts';
import type { SafeStart } from '../start-check/safe-start.ts';
import { printEndedJob, printExpiryWarning } from './print-running-job.ts';
import type { WatchFlags } from './watch-flags.ts';

/** Runs the command of `exec`. Prints on stderr when its credentials expire, and how much time was left at its end. */
export async function runWatchedCommand(
  { poll, record, credentials: { expiration } }: SafeStart,
  { warnBefore }: WatchFlags,
  io: Io,
  run: () => Promise<CommandResult>,
): Promise<CommandResult> {
  // The time of the verdict, which is not earlier than AWS's time.
  const aheadMs = Math.max(0, record.startedAt - poll.observedAt);
  const clock = new CorrectedClock(io.clock, aheadMs);
  await printNote(io, describeWatchedStart({ expiration, now: clock.now(), aheadMs }));
  const onWarning = (code: ExpiryWarningCode, now: Instant) =>
    printExpiryWarning(io, code, 'the command', { expiration, now, aheadMs });
  const result = await followJob({ clock, expiration, warnBefore: warnBefore ?? null, onWarning }, run);
  const now = clock.now();
  if (result.wasStarted) await printEndedJob(io, judgeEnd({ from: now, to: now }, expiration));
  return { ...result, endedAt: now };
}

import type { CredentialValues } from '../../credential-formats/credential-values.ts';
import { isClockWrong } from '../../domain/aws-limits.ts';
import { selectJobNotes } from '../../domain/job-notes.ts';
import type { PollNoteCode } from '../../domain/poll-note.ts';
import type { NowJudgement } from '../../domain/verdict/now-verdict.ts';
import {
  buildNowAdvice,
  describeNowUnknownReason,
  describeNowVerdict,
  describeOutlook,
} from '../../report/messages/now.ts';
import { CORRECT_CLOCK_HINT, describeWrongClock } from '../../report/messages/start-check/host-clock.ts';
import { describeForecastOnHost } from '../../report/messages/start-check/times.ts';
import type { PolledCredentials } from '../../sources/source.ts';
import type { StartCheckStore } from '../../store/memory-store.ts';
import type { RecordJobRunOptions } from '../../watch/record-job-run.ts';
import { toExitCode } from '../flags/exit-codes.ts';
import type { Io } from '../process/io.ts';
import { createPollNotePrinter, printError, printNote } from '../process/messages.ts';
import {
  checkStart,
  printInterruption,
  type StartCheck,
  type StartCheckContext,
  type StartCheckFlags,
} from './start-check.ts';

/** A safe start of a command that gets a copy of the credentials. */
export interface SafeStart {
  poll: PolledCredentials;
  /** The credentials that were judged. */
  credentials: CredentialValues;
  /** The start, as `recordJobRun` stores it. */
  record: Omit<RecordJobRunOptions['start'], 'job'>;
}

/**
 * `exec` and `env` print these notes too: the expiration may be wrong or unknown, the session limits the job, the
 * credentials cannot work, or others may have read them.
 */
const SHOWN_NOTES: readonly PollNoteCode[] = [
  'DATE_NOT_BELIEVED',
  'IMPLAUSIBLE_EXPIRATION',
  'ROLE_CHAIN_CAPPED',
  'DURATION_NOT_SET',
  'SESSION_LONGER_THAN_ROLE',
  'SSO_TOKEN_ENDS_BEFORE_JOB',
  'SESSION_KEY_WITHOUT_TOKEN',
  'ENDPOINT_NOT_ENCRYPTED',
  'KEYS_OF_LAMBDA',
  'CONTAINER_OF_BUILD',
  'KEY_IN_DATABASE',
  'CLOCK_WRONG',
];

/** A job without a duration refreshes its credentials, until the token of its source expires. */
const REFRESH_NOTES: readonly PollNoteCode[] = [...SHOWN_NOTES, 'SSO_TOKEN_EXPIRES'];

/**
 * Like `checkStart`. If a start is not safe, prints the reason and returns the exit code of `env`.
 * @param moreNotes notes to print besides those that `exec` and `env` print
 */
export async function findSafeStart(
  context: StartCheckContext,
  flags: StartCheckFlags,
  io: Io,
  moreNotes: readonly PollNoteCode[] = [],
): Promise<SafeStart | number> {
  const check = await checkStart({ ...context, arePassed: true }, flags, io);
  const { recordedPoll, judgement } = check;
  const { outcome } = recordedPoll;
  const notes = selectJobNotes(outcome.notes, judgement);
  const shown = [...(flags.jobDuration === undefined ? REFRESH_NOTES : SHOWN_NOTES), ...moreNotes];
  await createPollNotePrinter(io)(notes.filter(({ code }) => shown.includes(code)));
  if (judgement.verdict !== 'safe' || !outcome.ok) {
    const exitCode = await printRefusal(check, flags, context.store, io);
    await printClockNote(judgement, io);
    return exitCode;
  }
  await printClockNote(judgement, io);
  // The earliest expiration that was ever stated for this key.
  const { expiration } = judgement.credentials;
  const { secrets, accountId } = outcome;
  return {
    poll: outcome,
    credentials: { ...secrets, expiration, accountId },
    record: {
      identity: judgement.identity,
      startedAt: judgement.judgedAt,
      remainingAtStart: judgement.remaining,
    },
  };
}

/** What `check` says about the clock. A refusal because of a fast clock names the clock itself. */
async function printClockNote({ clockOffset, unknownReason, verdict }: NowJudgement, io: Io): Promise<void> {
  if (!isClockWrong(clockOffset) || unknownReason !== null || (verdict !== 'safe' && clockOffset > 0)) return;
  await printNote(io, describeWrongClock(clockOffset), CORRECT_CLOCK_HINT);
}

/** Prints why the credentials are not passed on, and when a start will be safe. Returns the exit code. */
async function printRefusal(
  { judgement, interruptedBy }: StartCheck,
  flags: StartCheckFlags,
  { isWithoutDatabase }: StartCheckStore,
  io: Io,
): Promise<number> {
  if (interruptedBy !== null) return printInterruption(interruptedBy, io);
  const { unknownReason, outlook, verdict } = judgement;
  if (unknownReason !== null) {
    const { message, hint } = describeNowUnknownReason(unknownReason);
    await printError(io, message, hint);
    return toExitCode(verdict);
  }
  const hasWaited = flags.wait !== undefined;
  await printError(
    io,
    describeNowVerdict(judgement),
    buildNowAdvice(judgement, { hasWaited, isWithoutDatabase: isWithoutDatabase === true }),
  );
  const forecast = outlook === 'never' ? null : describeForecastOnHost(judgement);
  if (forecast !== null) await printNote(io, `the next rotation: ${forecast}`);
  await printNote(io, `a safe start: ${describeOutlook(judgement)}`);
  return toExitCode(verdict);
}

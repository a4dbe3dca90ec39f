import type { PollNoteCode } from '../../domain/poll-note.ts';
import {
  buildNowAdvice,
  describeForecast,
  describeNowUnknownReason,
  describeNowVerdict,
  describeOutlook,
} from '../../report/messages/now.ts';
import { describePollNote } from '../../report/messages/poll-notes.ts';
import type { JudgedPoll } from '../../watch/judge-now.ts';
import type { Io } from '../process/io.ts';
import { printError, printNote } from '../process/messages.ts';
import type { StartCheckFlags } from './flags.ts';
import type { StartCheck } from './start-check.ts';

/** Notes that also matter to `exec` and `env`: the expiration may be wrong. */
export const EXPIRATION_NOTES: readonly PollNoteCode[] = ['DATE_NOT_BELIEVED', 'IMPLAUSIBLE_EXPIRATION'];

/** @param codes print only these notes */
export async function printPollNotes(
  { recordedPoll }: JudgedPoll,
  io: Io,
  codes?: readonly PollNoteCode[],
): Promise<void> {
  for (const note of recordedPoll.outcome.notes) {
    if (codes?.includes(note.code) ?? note.code !== 'TOKEN_FILE_EXPIRES')
      await printNote(io, describePollNote(note));
  }
}

export const printInterruption = (signal: NodeJS.Signals, io: Io): Promise<void> =>
  printError(
    io,
    `${signal} received while waiting for a safe start`,
    'run the command again to keep waiting',
  );

/** Prints why the credentials are not passed on, and when a start will be safe. */
export async function printRefusal(
  { judgement, interruptedBy }: StartCheck,
  flags: StartCheckFlags,
  io: Io,
): Promise<void> {
  if (interruptedBy !== null) {
    await printInterruption(interruptedBy, io);
    return;
  }
  const { unknownReason, nextRotation, judgedAt, outlook } = judgement;
  if (unknownReason !== null) {
    const { message, hint } = describeNowUnknownReason(unknownReason);
    await printError(io, message, hint);
    return;
  }
  const hasWaited = flags.wait !== undefined;
  await printError(io, describeNowVerdict(judgement), buildNowAdvice(judgement, { hasWaited }));
  const forecast =
    nextRotation === null || outlook === 'never' ? '' : `; ${describeForecast(nextRotation, judgedAt)}`;
  await printNote(io, `a safe start: ${describeOutlook(judgement)}${forecast}`);
}

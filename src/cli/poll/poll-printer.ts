import { selectJobNotes } from '../../domain/job-notes.ts';
import { NOTABLE_CLOCK_OFFSET } from '../../domain/measurement/clock-correction.ts';
import type { FailureReason, Instant } from '../../domain/model.ts';
import { describeFailure } from '../../report/messages/failures/describe-failure.ts';
import { describePause } from '../../report/messages/polling/pause.ts';
import { CORRECT_CLOCK_HINT, describeClockSkewNow } from '../../report/messages/start-check/host-clock.ts';
import { formatPollJson, formatPollLine } from '../../report/poll-line.ts';
import type { TimeFormat } from '../../report/text/time-format.ts';
import type { RecordedPoll } from '../../watch/poll-once.ts';
import type { TextOrJson } from '../flags/shared-flags.ts';
import { type Io, printText } from '../process/io.ts';
import { createPollNotePrinter, printError, printNote } from '../process/messages.ts';

/** @param nextPollAt infinite: no poll follows. Absent: the process ends after this poll */
export type PrintPoll = (recorded: RecordedPoll, nextPollAt?: Instant) => Promise<void>;

/** Prints one line per poll. Prints a note only when its text is new. */
export function createPollPrinter(format: TextOrJson, io: Io, times: TimeFormat): PrintPoll {
  const printMessages = createMessagePrinter(io, times);
  return async (recorded, nextPollAt) => {
    const { outcome, identity } = recorded;
    await printMessages(recorded);
    if (!outcome.ok) await printPollFailure(recorded, io, nextPollAt);
    if (format === 'json') await io.stdout.write(`${formatPollJson(identity, outcome)}\n`);
    else if (outcome.ok) await printText(io, `${formatPollLine(identity, outcome, times)}\n`);
  };
}

/** Returns a function that prints the notes of a poll and a wrong clock, each text once. */
export function createMessagePrinter(io: Io, times: TimeFormat): PrintPoll {
  const printNotes = createPollNotePrinter(io, times);
  let isSkewReported = false;
  return async ({ outcome }) => {
    await printNotes(selectJobNotes(outcome.notes, null));
    const offset = outcome.clockOffset ?? 0;
    if (Math.abs(offset) > NOTABLE_CLOCK_OFFSET && !isSkewReported) {
      isSkewReported = true;
      await printNote(io, describeClockSkewNow(offset), CORRECT_CLOCK_HINT);
    }
  };
}

/** Returns the reason. Null for a successful poll. */
export async function printPollFailure(
  { outcome, isStarting }: RecordedPoll,
  io: Io,
  nextPollAt?: Instant,
): Promise<FailureReason | null> {
  if (outcome.ok) return null;
  const { message, hint } = describeFailure(outcome);
  const text =
    nextPollAt === undefined ? message : `${message}; ${describePause((nextPollAt - io.clock.now()) / 1000)}`;
  if (isStarting) await printNote(io, text, 'this counts as a failed poll after two minutes');
  else await printError(io, text, hint);
  return outcome.reason;
}

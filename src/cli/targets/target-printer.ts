import { NOTABLE_CLOCK_OFFSET } from '../../domain/measurement/clock-correction.ts';
import type { FailureReason } from '../../domain/model.ts';
import { describeFailure, describeSpecificHint } from '../../report/messages/failures/describe-failure.ts';
import { describePollNote } from '../../report/messages/poll-notes.ts';
import { CORRECT_CLOCK_HINT, describeClockSkewNow } from '../../report/messages/start-check/host-clock.ts';
import { formatPollJson, formatPollLine, formatTargetSummary } from '../../report/poll-line.ts';
import type { TimeFormat } from '../../report/text/time-format.ts';
import type { RecordedPoll } from '../../watch/poll-once.ts';
import type { TextOrJson } from '../flags/shared-flags.ts';
import type { Io } from '../process/io.ts';
import { printText } from '../process/io.ts';
import { createNewTextCheck, printError, printNote } from '../process/messages.ts';

/** Further failures before the next summary are only counted. An outage can affect thousands of targets. */
const MAX_PRINTED_FAILURES = 10;

/** The last result of a target in this process. */
interface TargetState {
  /** Null after a successful poll. */
  failure: FailureReason | null;
  /** Null before the first sample. */
  accessKeyId: string | null;
}

/**
 * Prints the polls of many targets. JSON has a line for each poll. Text has a line for each rotation and a summary.
 * A failure is printed when it begins.
 */
export class TargetPrinter<Target extends object> {
  readonly #format: TextOrJson;
  readonly #io: Io;
  readonly #times: TimeFormat;
  readonly #isNewNote = createNewTextCheck();
  readonly #states = new Map<Target, TargetState>();
  #isSkewReported = false;
  #polls = { ok: 0, failed: 0, rotations: 0 };
  #printedFailures = 0;
  readonly #otherFailures = new Map<FailureReason, number>();

  constructor(format: TextOrJson, io: Io, times: TimeFormat) {
    this.#format = format;
    this.#io = io;
    this.#times = times;
  }

  /** Call when a target is no longer polled. */
  forget(target: Target): void {
    this.#states.delete(target);
  }

  async onPoll(target: Target, recorded: RecordedPoll): Promise<void> {
    const { outcome, identity, isStarting } = recorded;
    const before = this.#states.get(target) ?? { failure: null, accessKeyId: null };
    await this.#printNotes(recorded);
    if (!outcome.ok) {
      if (!isStarting) this.#polls.failed += 1;
      await this.#printFailure(recorded, before);
      this.#states.set(target, { ...before, failure: outcome.reason });
    } else {
      const { accessKeyId } = outcome.credentials;
      const isRotation = before.accessKeyId !== null && before.accessKeyId !== accessKeyId;
      this.#polls.ok += 1;
      if (isRotation) this.#polls.rotations += 1;
      this.#states.set(target, { failure: null, accessKeyId });
      if (before.failure !== null) await printNote(this.#io, `${identity.host}: polls succeed again`);
      if (isRotation && this.#format === 'text')
        await printText(this.#io, `${formatPollLine(identity, outcome, this.#times)}\n`);
    }
    if (this.#format === 'json') await this.#io.stdout.write(`${formatPollJson(identity, outcome)}\n`);
  }

  /** Summarises the polls since the last summary. */
  async printSummary(targetCount: number): Promise<void> {
    const { ok, failed, rotations } = this.#polls;
    for (const [reason, count] of this.#otherFailures) {
      await printError(this.#io, `${count} more targets failed: ${reason}`, SEE_REPORT);
    }
    const failing = [...this.#states.values()].filter(({ failure }) => failure !== null).length;
    const summary = { at: this.#io.clock.now(), targetCount, ok, failed, rotations, failing };
    if (this.#format === 'text') await printText(this.#io, `${formatTargetSummary(summary, this.#times)}\n`);
    this.#polls = { ok: 0, failed: 0, rotations: 0 };
    this.#printedFailures = 0;
    this.#otherFailures.clear();
  }

  async #printNotes({ outcome, identity }: RecordedPoll): Promise<void> {
    for (const note of outcome.notes) {
      const message = describePollNote(note, this.#times);
      // Printed once for all targets, because they usually have the same problem.
      if (note.code !== 'TOKEN_FILE_EXPIRES' && this.#isNewNote(message))
        await printNote(this.#io, `${identity.host}: ${message}`);
    }
    const offset = outcome.clockOffset ?? 0;
    if (Math.abs(offset) <= NOTABLE_CLOCK_OFFSET || this.#isSkewReported) return;
    this.#isSkewReported = true;
    await printNote(this.#io, `${identity.host}: ${describeClockSkewNow(offset)}`, CORRECT_CLOCK_HINT);
  }

  /** Prints a failure if the last poll of the target succeeded, or failed for another reason. */
  async #printFailure({ outcome, identity, isStarting }: RecordedPoll, before: TargetState): Promise<void> {
    if (outcome.ok || outcome.reason === before.failure) return;
    if (this.#printedFailures >= MAX_PRINTED_FAILURES) {
      this.#otherFailures.set(outcome.reason, (this.#otherFailures.get(outcome.reason) ?? 0) + 1);
      return;
    }
    this.#printedFailures += 1;
    const { message, hint: usualHint } = describeFailure(outcome);
    const hint = describeSpecificHint(outcome) ?? TARGET_HINTS[outcome.reason] ?? usualHint;
    const text = `${identity.host}: ${message}`;
    if (isStarting) await printNote(this.#io, text, 'this counts as a failed poll after two minutes');
    else await printError(this.#io, text, hint);
  }
}

/** Replaces hints that name --source, which cannot be combined with --targets. */
const TARGET_HINTS: Readonly<Partial<Record<FailureReason, string>>> = {
  'no-role': 'attach an instance profile (behind kube2iam or kiam: give the pod a role)',
  unreachable: `check the 'url' of the target, and that its endpoint runs`,
};

const SEE_REPORT = '`cred-watch report` and `-f json` list every failed target';

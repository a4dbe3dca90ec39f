import type { Instant } from '../../domain/model.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { PollContext, RecordedPoll } from '../../watch/poll-once.ts';
import { ChangeFinder, type PollJudging } from '../../watch/polled-state.ts';
import type { JudgingFlags } from '../flags/judging-flags.ts';
import type { Io } from '../process/io.ts';
import { createErrorPrinter } from '../process/messages.ts';
import { ChangeCommand } from './change-command.ts';
import { toPollJudging } from './polling-summary.ts';

/** Starts the command of `--on-change` after a poll that differs from the poll before it. */
export class ChangeNotifier {
  readonly #finder: ChangeFinder;
  readonly #command: ChangeCommand;
  readonly #printError: (error: unknown) => void;
  #expiration: Instant | null = null;

  /** @throws CredWatchError if the flags contradict each other */
  static open(command: string, flags: JudgingFlags, store: SampleStore, io: Io): ChangeNotifier {
    return new ChangeNotifier(command, store, toPollJudging(flags, io.clock.now()), io);
  }

  private constructor(command: string, store: SampleStore, judging: PollJudging | null, io: Io) {
    this.#finder = new ChangeFinder({ store, judging, now: () => io.clock.now() });
    this.#command = new ChangeCommand(command, io);
    this.#printError = createErrorPrinter(io);
  }

  /** Polls must use this context. */
  prepare(context: PollContext): PollContext {
    return this.#finder.prepare(context);
  }

  onPoll(recorded: RecordedPoll): void {
    const { outcome } = recorded;
    if (outcome.ok) this.#expiration = outcome.credentials.expiration;
    try {
      const change = this.#finder.find(recorded);
      if (change === null) return;
      this.#command.notify({ change, at: outcome.observedAt, expiration: this.#expiration });
    } catch (error) {
      // The sample is stored. A verdict that cannot be read must not end the poller.
      this.#printError(error);
    }
  }

  /**
   * Waits for the command.
   * @param stop the signal that stops the poller
   */
  end(stop: AbortSignal, { clock }: Io): Promise<void> {
    return this.#command.end(clock, stop);
  }
}

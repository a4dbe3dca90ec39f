import { resolve } from 'node:path';
import { digest } from '../../digest.ts';
import type { PolledState } from '../../domain/changes/poll-changes.ts';
import { findLaterTime } from '../../domain/measurement/generations.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { PollContext, RecordedPoll } from '../../watch/poll-once.ts';
import { ChangeFinder, type ClaimedChange, findNewestExpiration } from '../../watch/polled-state.ts';
import { resolveDatabaseFile } from '../database/database-location.ts';
import type { Io } from '../process/io.ts';
import { createErrorPrinter, printNote } from '../process/messages.ts';
import { ChangeCommand, MAX_RUN_MS } from './change-command.ts';
import type { ChangeFacts } from './change-environment.ts';
import type { PollFlags } from './poll-flags.ts';
import { toPollJudging } from './polling-summary.ts';

type PollInfo = Omit<ChangeFacts, 'change'> & { state: PolledState };

/**
 * Starts the command of `--on-change` after a poll that differs from the state that the command has reported last. One
 * run at a time, which delays no poll. After a failed run, the next poll starts the command again.
 */
export class ChangeNotifier {
  readonly #finder: ChangeFinder;
  readonly #command: ChangeCommand;
  readonly #store: SampleStore;
  readonly #flags: PollFlags;
  readonly #io: Io;
  readonly #printError: (error: unknown) => void;
  #newest: PollInfo | null = null;
  #running: Promise<void> | null = null;

  /** @throws CredWatchError if the flags contradict each other */
  constructor(command: string, flags: PollFlags, { host, machine }: PollContext, store: SampleStore, io: Io) {
    const now = () => io.clock.now();
    const judging = toPollJudging(flags, { now: now(), machine });
    const listener = {
      command: digest(command, DIGEST_LENGTH),
      jobs: judging === null ? '' : digest(JSON.stringify(judging), DIGEST_LENGTH),
    };
    this.#finder = new ChangeFinder({
      store,
      listener,
      judging,
      machine: host === null ? machine : null,
      now,
    });
    // A command such as `cred-watch status` reads the database of this poller.
    const env = { ...io.env, CRED_WATCH_DB: resolve(resolveDatabaseFile(flags.db, io)) };
    this.#command = new ChangeCommand(command, { ...io, env });
    this.#store = store;
    this.#flags = flags;
    this.#io = io;
    this.#printError = createErrorPrinter(io);
  }

  onPoll(recorded: RecordedPoll): void {
    try {
      const state = this.#finder.readState(recorded);
      if (state === null) return;
      const { outcome } = recorded;
      const expiration = findNewestExpiration(this.#store, state);
      this.#newest = {
        state,
        at: outcome.observedAt,
        expiration,
        timeLeft: expiration === null ? null : secondsBetween(findLaterTime(outcome), expiration),
        jobs: { durations: this.#flags.jobDuration ?? [], names: this.#flags.job ?? [] },
      };
    } catch (error) {
      // The sample is stored. A verdict that cannot be read must not end the poller.
      this.#printError(error);
      return;
    }
    this.#running ??= this.#runAll().finally(() => {
      this.#running = null;
    });
  }

  /**
   * Waits for the command.
   * @param stop the signal that stops the poller
   */
  async end(stop: AbortSignal, { clock }: Io): Promise<void> {
    if (this.#running !== null) await this.#command.waitFor(this.#running, clock, stop);
  }

  /** Reports until the newest state is reported, or until the command fails. */
  async #runAll(): Promise<void> {
    try {
      while (this.#newest !== null && !this.#command.isStopped) {
        const { state, ...info } = this.#newest;
        const claimed = this.#finder.claim(state, CLAIM_LIMIT_MS);
        if (claimed !== null && !(await this.#report(claimed, { state, ...info }))) break;
        if (this.#newest?.state === state) break;
      }
    } catch (error) {
      this.#printError(error);
    }
  }

  /** Resolves to false if the command fails. */
  async #report(claimed: ClaimedChange, { state, ...info }: PollInfo): Promise<boolean> {
    const problem = await this.#command.run({ change: claimed.change, ...info });
    if (problem === null) {
      this.#finder.confirm(claimed, state);
      return true;
    }
    this.#finder.release(claimed);
    await this.#printProblem(problem);
    return false;
  }

  #printProblem(problem: string): Promise<void> {
    const next = this.#flags.interval === undefined ? 'the next poll with this command' : 'the next poll';
    return printNote(
      this.#io,
      `the command of --on-change ${problem}`,
      `the poll is recorded, and ${next} runs the command again; run it by hand to see its error`,
    );
  }
}

const DIGEST_LENGTH = 32;

/** Longer than the command runs, also on a busy machine. Afterwards, another process may run the command. */
const CLAIM_LIMIT_MS = 2 * MAX_RUN_MS;

import type { Instant, Seconds } from '../../domain/model.ts';
import { type BackoffLimits, computePauseMs } from '../../domain/time/backoff.ts';
import { CredWatchError } from '../../errors.ts';
import { assertOneServer } from '../../remote/metrics/authorization.ts';
import type { PushReport } from '../../report/push-result.ts';
import { formatCount } from '../../report/text/format-values.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import type { PushDestination } from '../../watch/push/destination.ts';
import type { JudgingFlags } from '../flags/judging-flags.ts';
import type { Io } from '../process/io.ts';
import { createNewTextCheck, printNote, printThrownError } from '../process/messages.ts';
import { type DestinationFlags, type DestinationTarget, listMetricsUrls } from './destination-target.ts';
import { openDestination } from './destinations.ts';
import { pushTo } from './run-push.ts';
import type { Tag } from './tags.ts';

/** Flags of `poll`. */
export interface PollPushFlags extends Partial<JudgingFlags> {
  push: readonly DestinationTarget[];
  tag?: readonly Tag[];
}

/** How long a push tries again. The next round of polls tries again anyway. */
const PUSH_TIMEOUT: Seconds = 5;
const BACKOFF: BackoffLimits = { minMs: 30_000, firstMs: 60_000, maxMs: 15 * 60_000 };
/** systemd and Docker kill a process after ten seconds or more. */
const MAX_LAST_PUSH_MS = 5000;
/** cron may start the next poll after a minute. */
const MAX_ONLY_PUSH_MS = 50_000;

interface Destination {
  target: DestinationTarget;
  /** Null if it could not be opened yet, for example because a file is missing. */
  open: PushDestination | null;
  failures: number;
  nextAttempt: Instant;
  isNewRejection: (text: string) => boolean;
}

/**
 * Pushes in the background of `poll`. A push delays no poll. An outage of a destination is printed when it begins and
 * when it ends, and does not change the exit code.
 */
export class BackgroundPush {
  readonly #destinations: readonly Destination[];
  readonly #flags: DestinationFlags;
  readonly #store: SampleStore;
  readonly #io: Io;
  readonly #stop = new AbortController();
  #running: Promise<void> | null = null;
  #isRequested = false;
  #hasRounds = false;

  private constructor(
    destinations: readonly Destination[],
    flags: DestinationFlags,
    store: SampleStore,
    io: Io,
  ) {
    this.#destinations = destinations;
    this.#flags = flags;
    this.#store = store;
    this.#io = io;
  }

  /** @throws CredWatchError if the name of a destination is invalid */
  static async open({ push, ...others }: PollPushFlags, store: SampleStore, io: Io): Promise<BackgroundPush> {
    const flags: DestinationFlags = { ...others, timeout: PUSH_TIMEOUT };
    assertOneServer(listMetricsUrls(push), io.env);
    const destinations: Destination[] = [];
    for (const target of push) {
      const open = await openDestination(target, flags, io).catch((error: unknown) => {
        // The user can correct other errors while the program runs, and polls must not wait for this.
        if (error instanceof CredWatchError && error.code !== 'INVALID_ARGUMENT') return null;
        throw error;
      });
      destinations.push({ target, open, failures: 0, nextAttempt: 0, isNewRejection: createNewTextCheck() });
    }
    return new BackgroundPush(destinations, flags, store, io);
  }

  /** Starts a push after a round of polls. If one is running, another one follows. */
  request(): void {
    this.#hasRounds = true;
    this.#start();
  }

  #start(): void {
    this.#isRequested = true;
    this.#running ??= this.#run();
  }

  /**
   * Pushes a last time, also to destinations that were not available, and waits for a limited time. Without `--interval`
   * this is the only push.
   */
  async [Symbol.asyncDispose](): Promise<void> {
    const { clock } = this.#io;
    for (const destination of this.#destinations) destination.nextAttempt = 0;
    this.#start();
    const ended = new AbortController();
    const limit = this.#hasRounds ? MAX_LAST_PUSH_MS : MAX_ONLY_PUSH_MS;
    void clock.sleep(limit, ended.signal).then(() => this.#stop.abort());
    await this.#running;
    ended.abort();
    for (const { open } of this.#destinations) await open?.close();
  }

  async #run(): Promise<void> {
    // Later, so that the caller goes on with its polls.
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#isRequested && !this.#stop.signal.aborted) {
      this.#isRequested = false;
      for (const destination of this.#destinations) {
        if (this.#io.clock.now() >= destination.nextAttempt) await this.#push(destination);
      }
    }
    this.#running = null;
  }

  async #push(destination: Destination): Promise<void> {
    try {
      destination.open ??= await openDestination(destination.target, this.#flags, this.#io);
      const report = await pushTo(
        destination.open,
        this.#store,
        { retryRejected: false, signal: this.#stop.signal, onProgress: () => {} },
        this.#io,
      );
      await this.#printReport(destination, report);
    } catch (error) {
      // For example, a file is missing, or the store has failed.
      if (destination.failures === 0 && error instanceof CredWatchError)
        await printNote(this.#io, `push: ${error.message}`, error.hint);
      else if (destination.failures === 0) await printThrownError(this.#io, error);
      this.#postpone(destination);
    }
  }

  async #printReport(
    destination: Destination,
    { destination: name, status, error, sent, rejected }: PushReport,
  ): Promise<void> {
    const io = this.#io;
    for (const { item, reason } of rejected) {
      const message = `${name} has rejected ${item}: ${reason}`;
      if (destination.isNewRejection(message)) await printNote(io, message);
    }
    if (error !== null) {
      // cron mails each line. Another push sends the rest, so a user has nothing to do.
      const hint = status === 'interrupted' ? undefined : error.hint;
      if (destination.failures === 0) await printNote(io, `push: ${error.message}`, hint);
      this.#postpone(destination);
      return;
    }
    if (destination.failures > 0)
      await printNote(io, `push: ${name} is available again, ${formatCount(sent, 'item')} sent`);
    destination.failures = 0;
    destination.nextAttempt = 0;
  }

  #postpone(destination: Destination): void {
    const { clock, random } = this.#io;
    destination.failures += 1;
    destination.nextAttempt = clock.now() + computePauseMs(BACKOFF, destination.failures, random);
  }
}

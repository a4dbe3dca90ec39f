import type { Clock } from '../../clock.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import type { PolledCredentials, PollFailure, PollOutcome } from '../../sources/source.ts';
import type { PollContext, RecordedPoll } from '../poll-once.ts';
import { rejectLongTermKeys, rejectUnservable } from './assess-poll.ts';
import { AwsClock } from './aws-clock.ts';
import { HeldCredentials } from './held-credentials.ts';
import { createPollEnd } from './poll-end.ts';
import { RefreshRecorder } from './refresh-recorder.ts';
import {
  chooseRefreshTime,
  chooseRepeatPause,
  chooseRetryPause,
  MAX_REFRESH_PAUSE,
} from './refresh-schedule.ts';
import { WakeableSleep } from './wakeable-sleep.ts';

/** How long a request may wait for credentials: SDK clients time out after one second. */
export const MAX_REQUEST_WAIT_MS = 900;

/** A client that has not requested credentials for this time is gone, if the lifetime of credentials is unknown. */
const DEFAULT_IDLE_TIME: Seconds = 3600;

export interface RefresherOptions {
  clock: Clock;
  /** Returns a number from 0 to less than 1. */
  random: () => number;
  /** Stop refreshing what no client has requested for one lifetime of the credentials. */
  idle: boolean;
  /** Refresh if the remaining validity falls below this, as far as the lifetime allows it. */
  minRemaining?: Seconds | undefined;
  /**
   * Called after each poll in the background. The outcome of expired credentials, and of keys without a session token,
   * is a failure.
   */
  onPoll?: (recorded: RecordedPoll) => void;
  /** Called if a poll could not be recorded, and for unexpected errors. The credentials are still served. */
  onRecordError?: (error: unknown) => void;
}

/** Instants are by AWS's clock. */
export interface RefreshStatus {
  /** When the source last returned credentials that can be served. Null if it never did. */
  lastRefreshAt: Instant | null;
  /** When the source will be polled again. Null while it is polled, while refreshing is stopped, and after `close`. */
  nextAttemptAt: Instant | null;
  /** Refreshing is stopped, because no client has requested credentials for one lifetime. */
  isIdle: boolean;
  /** Failed polls in a row. */
  failures: number;
  /** Why the last poll failed. Null if it succeeded, and after an unexpected error. */
  lastFailure: PollFailure | null;
}

/** Holds the credentials of one source and refreshes them in the background, before SDKs would need new ones. */
export class CredentialRefresher {
  readonly #context: PollContext;
  readonly #options: RefresherOptions;
  readonly #time: AwsClock;
  readonly #recorder: RefreshRecorder;
  readonly #held = new HeldCredentials();
  readonly #stop = new AbortController();
  readonly #sleep: WakeableSleep;
  #loop: Promise<void> | null = null;
  #polling: Promise<RecordedPoll> | null = null;
  #pollEnd = createPollEnd();
  #dueAt: Instant = 0;
  #lastRequestAt: Instant;
  #lastRefreshAt: Instant | null = null;
  #isIdle = false;
  #failures = 0;
  #lastFailure: PollFailure | null = null;

  constructor(context: PollContext, options: RefresherOptions) {
    this.#context = context;
    this.#options = options;
    this.#time = new AwsClock(options.clock);
    this.#recorder = new RefreshRecorder(context, options.clock, options.onRecordError);
    this.#sleep = new WakeableSleep(this.#time, this.#stop.signal);
    this.#lastRequestAt = this.#time.now();
  }

  /**
   * Polls for the first time, and then refreshes in the background until `close`, also if the poll failed.
   * @param signal aborts the first poll, and then nothing is refreshed
   * @throws if this process cannot poll
   */
  async start(signal?: AbortSignal): Promise<RecordedPoll> {
    const either = signal === undefined ? this.#stop.signal : AbortSignal.any([signal, this.#stop.signal]);
    const recorded = await this.#poll(either);
    if (!either.aborted) this.#loop = this.#refreshUntilStopped();
    return recorded;
  }

  /**
   * Like `start`, with a poll that the caller has just made and recorded.
   * @returns why these credentials cannot be served. Then nothing is refreshed. Null if they are served.
   */
  startWith(poll: PolledCredentials): PollFailure | null {
    const outcome = this.#assess(rejectLongTermKeys(poll));
    if (!outcome.ok) return outcome;
    this.#loop = this.#refreshUntilStopped();
    return null;
  }

  /** From memory. Null if there are no credentials, or if they have expired by AWS's clock. */
  getCurrent(): PolledCredentials | null {
    const { poll } = this.#held;
    return poll !== null && poll.credentials.expiration > this.#time.now() ? poll : null;
  }

  /**
   * Call this method for each request of a client, before `getCurrent`. Null: respond at once. Otherwise wait for the
   * promise, which resolves when the poll has ended, and within a second.
   */
  noteRequest(): Promise<void> | null {
    const now = this.#time.now();
    this.#lastRequestAt = now;
    // Also true while a poll is in progress, and after a suspension or a change of the clock.
    const isDue = this.#isIdle || now >= this.#dueAt;
    if (isDue) this.#sleep.wake();
    if (this.getCurrent() !== null || this.#stop.signal.aborted) return null;
    return isDue ? this.#waitForPoll() : null;
  }

  getStatus(): RefreshStatus {
    const isWaiting = this.#loop !== null && this.#polling === null && !this.#isIdle;
    return {
      lastRefreshAt: this.#lastRefreshAt,
      nextAttemptAt: isWaiting && !this.#stop.signal.aborted ? this.#dueAt : null,
      isIdle: this.#isIdle,
      failures: this.#failures,
      lastFailure: this.#lastFailure,
    };
  }

  /** The host's clock minus AWS's. 0 if unknown. */
  getClockOffset(): Seconds {
    return this.#time.getOffset();
  }

  /** Stops refreshing. When the promise resolves, no poll writes to the store any more. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.all([this.#loop, this.#polling?.catch(() => {})]);
    await this.#recorder.close();
  }

  async #refreshUntilStopped(): Promise<void> {
    const { signal } = this.#stop;
    for (;;) {
      await this.#waitUntilDue();
      if (signal.aborted) return;
      // Any error is a failed attempt: refreshing must go on.
      const recorded = await this.#poll(signal).catch((error: unknown) => this.#noteUnexpectedError(error));
      if (signal.aborted) return;
      if (recorded !== null) this.#recorder.callBack(() => this.#options.onPoll?.(recorded));
    }
  }

  async #waitUntilDue(): Promise<void> {
    await this.#sleep.until(this.#dueAt);
    if (!this.#options.idle || this.#time.now() - this.#lastRequestAt <= this.#getIdleTime() * 1000) return;
    this.#isIdle = true;
    await this.#sleep.until(Number.POSITIVE_INFINITY);
    this.#isIdle = false;
  }

  #getIdleTime(): Seconds {
    return this.#held.lifetime ?? DEFAULT_IDLE_TIME;
  }

  /** There is one poll at a time, because only `start` and then the loop call this method. */
  async #poll(signal: AbortSignal): Promise<RecordedPoll> {
    this.#polling = this.#pollAndRecord(signal);
    try {
      return await this.#polling;
    } finally {
      this.#polling = null;
      this.#pollEnd.resolve();
      this.#pollEnd = createPollEnd();
    }
  }

  async #pollAndRecord(signal: AbortSignal): Promise<RecordedPoll> {
    const outcome = rejectLongTermKeys(await this.#context.source.poll(signal));
    // Before recording, because a full or read-only disk makes recording fail.
    const assessed = this.#assess(outcome);
    return this.#recorder.record(outcome, assessed, signal.aborted);
  }

  /** Accepts the credentials, or counts a failure. Chooses the time of the next poll. */
  #assess(outcome: PollOutcome): PollOutcome {
    this.#synchronise(outcome);
    const now = this.#time.now();
    const assessed = outcome.ok ? rejectUnservable(this.#held.limitExpiration(outcome), now) : outcome;
    if (assessed.ok) {
      this.#failures = 0;
      this.#lastFailure = null;
      this.#lastRefreshAt = now;
      this.#held.accept(assessed, this.#context.source.issuesCredentials ?? false);
    } else {
      this.#failures += 1;
      this.#lastFailure = assessed;
    }
    this.#dueAt = Math.round(this.#chooseNextAttempt(now));
    return assessed;
  }

  #synchronise(outcome: PollOutcome): void {
    const { clockOffset } = outcome;
    const held = this.#held.poll?.credentials.accessKeyId;
    // Without a response that shows the time, nothing new is known about a key that was served before.
    const isNews = clockOffset !== null || (outcome.ok && outcome.credentials.accessKeyId !== held);
    if (isNews) this.#time.synchronise(clockOffset);
  }

  #chooseNextAttempt(now: Instant): Instant {
    const { lifetime, poll } = this.#held;
    const expiration = poll?.credentials.expiration ?? now;
    const remaining = (expiration - now) / 1000;
    const options = { random: this.#options.random, minRemaining: this.#options.minRemaining };
    if (this.#failures > 0) {
      const reason = this.#lastFailure?.reason ?? null;
      return now + chooseRetryPause({ reason, failures: this.#failures, remaining }, options) * 1000;
    }
    const pause = chooseRepeatPause(remaining, this.#context.source, options);
    if (lifetime === null) return now + pause * 1000;
    const refreshAt = chooseRefreshTime({ expiration, lifetime }, options);
    return refreshAt > now ? Math.min(refreshAt, now + MAX_REFRESH_PAUSE * 1000) : now + pause * 1000;
  }

  #noteUnexpectedError(error: unknown): null {
    this.#failures += 1;
    this.#lastFailure = null;
    this.#dueAt = Math.round(this.#chooseNextAttempt(this.#time.now()));
    this.#recorder.reportError(error);
    return null;
  }

  async #waitForPoll(): Promise<void> {
    const timeout = new AbortController();
    const { clock } = this.#options;
    await Promise.race([this.#pollEnd.promise, clock.sleep(MAX_REQUEST_WAIT_MS, timeout.signal)]);
    timeout.abort();
  }
}

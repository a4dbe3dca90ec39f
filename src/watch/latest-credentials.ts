import type { Clock } from '../clock.ts';
import type { CredentialValues } from '../credential-formats/credential-values.ts';
import { correctTime } from '../domain/measurement/generations.ts';
import type { Instant, Seconds } from '../domain/model.ts';
import type { PolledCredentials, PollOutcome } from '../sources/source.ts';
import { type PollContext, pollOnce, type RecordedPoll } from './poll-once.ts';
import { computeBackoff, getMinPollInterval } from './poll-schedule.ts';

/**
 * The longest wait for a poll while valid credentials are known. SDK clients time out after
 * one or two seconds, and a failing source may take ten.
 */
const MAX_POLL_WAIT_MS = 500;

/** The minimum interval of a source that must be polled again soon, although AWS issues credentials for each poll. */
const MIN_URGENT_INTERVAL: Seconds = 10;

/** SDKs replace credentials when this time is left, or earlier. */
const MIN_REMAINING: Seconds = 300;

export interface LatestCredentialsOptions {
  clock: Clock;
  /** A poll that the caller has just made. It replaces the first poll. */
  initialPoll?: PolledCredentials;
  onPoll?: (recorded: RecordedPoll) => void;
  /** Called if a poll could not be recorded. Its credentials are still served, so that a job does not fail. */
  onRecordError?: (error: unknown) => void;
}

/** Polls a source on demand, rarely more than once per minimum interval, and records each poll. */
export class LatestCredentials {
  readonly #context: PollContext;
  readonly #options: LatestCredentialsOptions;
  readonly #minInterval: Seconds;
  readonly #stop = new AbortController();
  #pollInProgress: Promise<void> | null = null;
  #polledAt: Instant | null = null;
  #latest: PolledCredentials | null = null;
  #clockOffset: Seconds | null = null;
  /** The number of failed polls in a row. */
  #failures = 0;

  constructor(context: PollContext, options: LatestCredentialsOptions) {
    this.#context = context;
    this.#options = options;
    this.#minInterval = getMinPollInterval(context.source);
    if (options.initialPoll !== undefined) {
      this.#polledAt = options.initialPoll.observedAt;
      this.#accept(options.initialPoll);
    }
  }

  /** Null if no valid credentials are known. Never rejects for errors of the source or the database. */
  getLatest = async (): Promise<CredentialValues | null> => {
    if (this.#isDue()) this.#pollInProgress ??= this.#poll();
    if (this.#pollInProgress !== null) await this.#waitFor(this.#pollInProgress);
    return this.#toValues();
  };

  /** Stops polling. When the promise resolves, no poll writes to the store any more. */
  async close(): Promise<void> {
    this.#stop.abort();
    await this.#pollInProgress;
  }

  #isDue(): boolean {
    if (this.#stop.signal.aborted) return false;
    if (this.#polledAt === null) return true;
    // The absolute value, because a clock that was set back would otherwise delay the next poll.
    return Math.abs(this.#options.clock.now() - this.#polledAt) >= this.#chooseInterval() * 1000;
  }

  /** The interval of a source that issues credentials can be longer than its credentials are valid. */
  #chooseInterval(): Seconds {
    if (this.#failures > 0) {
      return Math.min(this.#minInterval, computeBackoff(MIN_URGENT_INTERVAL, this.#failures - 1));
    }
    const isUrgent = this.#latest === null || this.#getRemaining(this.#latest) < MIN_REMAINING;
    return isUrgent ? Math.min(this.#minInterval, MIN_URGENT_INTERVAL) : this.#minInterval;
  }

  async #poll(): Promise<void> {
    const { source } = this.#context;
    // Accept the credentials before recording them, because a full or read-only disk makes recording fail.
    const poll = async (signal?: AbortSignal) => {
      const outcome = await source.poll(signal);
      this.#failures = outcome.ok ? 0 : this.#failures + 1;
      this.#accept(outcome);
      return outcome;
    };
    const context = { ...this.#context, source: { name: source.name, endpoint: source.endpoint, poll } };
    try {
      const recorded = await pollOnce(context, this.#stop.signal);
      if (!this.#stop.signal.aborted) this.#options.onPoll?.(recorded);
    } catch (error) {
      this.#options.onRecordError?.(error);
    } finally {
      // The interval starts at the end of the poll, so that a slow source gets a full pause.
      this.#polledAt = this.#options.clock.now();
      this.#pollInProgress = null;
    }
  }

  #accept(outcome: PollOutcome): void {
    this.#clockOffset = outcome.clockOffset ?? this.#clockOffset;
    // Expired credentials must not replace valid ones.
    if (outcome.ok && this.#isValid(outcome)) this.#latest = outcome;
  }

  async #waitFor(poll: Promise<void>): Promise<void> {
    if (this.#latest === null || !this.#isValid(this.#latest)) return poll;
    const timeout = new AbortController();
    await Promise.race([poll, this.#options.clock.sleep(MAX_POLL_WAIT_MS, timeout.signal)]);
    timeout.abort();
  }

  #isValid(poll: PolledCredentials): boolean {
    return this.#getRemaining(poll) > 0;
  }

  #getRemaining({ credentials }: PolledCredentials): number {
    const observedAt = this.#options.clock.now();
    return (credentials.expiration - correctTime({ observedAt, clockOffset: this.#clockOffset })) / 1000;
  }

  #toValues(): CredentialValues | null {
    const latest = this.#latest;
    if (latest === null || !this.#isValid(latest)) return null;
    const { credentials, secrets, accountId } = latest;
    return { ...secrets, expiration: credentials.expiration, accountId };
  }
}

import type { Clock } from '../../clock.ts';
import type { SeriesIdentity } from '../../domain/model.ts';
import { MAX_BACKOFF } from '../../domain/verdict/poll-health.ts';
import type { PollFailure, PollOutcome } from '../../sources/source.ts';
import { isDatabaseLocked, MAX_SHORT_LOCK_MS } from '../database-lock.ts';
import { type PollContext, type RecordedPoll, recordPoll } from '../poll-once.ts';

/** The same failure is recorded at most this often, because a refresh is repeated every few seconds. */
const MIN_DISTANCE_MS = MAX_BACKOFF * 1000;

/** Polls that could not be recorded because of a lock are recorded after this pause. */
const RETRY_EVERY_MS = 3000;

/** Limits the memory while the database is locked. */
const MAX_WAITING = 1000;

/** Records polls. Never throws, because credentials must be served even if they cannot be recorded. */
export class RefreshRecorder {
  readonly #context: PollContext;
  readonly #clock: Clock;
  readonly #onError: ((error: unknown) => void) | undefined;
  readonly #end = new AbortController();
  /** Polls that could not be recorded, because another program has locked the database. */
  #waiting: (() => void)[] = [];
  #retrying: Promise<void> | null = null;
  #lastFailure: { failure: PollFailure; identity: SeriesIdentity } | null = null;

  constructor(context: PollContext, clock: Clock, onError: ((error: unknown) => void) | undefined) {
    this.#context = context;
    this.#clock = clock;
    this.#onError = onError;
  }

  /**
   * @param assessed the outcome, or a failure instead of expired credentials, which are recorded as a sample
   * @param wasAborted if true, a failure is not recorded
   * @returns the record of `assessed`
   */
  record(outcome: PollOutcome, assessed: PollOutcome, wasAborted: boolean): RecordedPoll {
    const last = this.#lastFailure;
    if (last !== null && !assessed.ok && isRepeated(assessed, last.failure)) {
      return { outcome: assessed, identity: last.identity, isStarting: false };
    }
    this.#lastFailure = null;
    try {
      // In the order of the polls.
      this.#recordWaiting();
      const { identity, isStarting } = recordPoll(this.#context, outcome, wasAborted);
      if (!assessed.ok && !isStarting) this.#lastFailure = { failure: assessed, identity };
      return { outcome: assessed, identity, isStarting };
    } catch (error) {
      if (isDatabaseLocked(error)) this.#recordLater(() => recordPoll(this.#context, outcome, wasAborted));
      else this.reportError(error);
      return { outcome: assessed, identity: this.#describeSeries(outcome), isStarting: false };
    }
  }

  /** Records the waiting polls, or reports their loss. */
  async close(): Promise<void> {
    this.#end.abort();
    await this.#retrying;
    try {
      this.#recordWaiting();
    } catch (error) {
      this.reportError(error);
    }
  }

  #recordLater(record: () => void): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push(record);
    this.#retrying ??= this.#retry().finally(() => {
      this.#retrying = null;
    });
  }

  async #retry(): Promise<void> {
    const since = this.#clock.now();
    let isReported = false;
    while (this.#waiting.length > 0 && !this.#end.signal.aborted) {
      await this.#clock.sleep(RETRY_EVERY_MS, this.#end.signal);
      try {
        if (!this.#end.signal.aborted) this.#recordWaiting();
      } catch (error) {
        const isShort = isDatabaseLocked(error) && this.#clock.now() - since < MAX_SHORT_LOCK_MS;
        if (!isShort && !isReported) this.reportError(error);
        isReported ||= !isShort;
        // The next poll may still be recorded.
        if (!isDatabaseLocked(error)) this.#waiting.shift();
      }
    }
  }

  /** @throws the error of the first poll that cannot be recorded */
  #recordWaiting(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      first();
      this.#waiting.shift();
    }
  }

  reportError(error: unknown): void {
    this.callBack(() => this.#onError?.(error));
  }

  /** An error in a function of the caller must not stop refreshing. */
  callBack(call: () => void): void {
    try {
      call();
    } catch {
      // The function that reports errors has failed, so this error cannot be reported.
    }
  }

  /** The identity that the store would use, as far as it is known without the store. */
  #describeSeries({ identity: { source, apiVersion, role, host } }: PollOutcome): SeriesIdentity {
    return {
      host: this.#context.host ?? host ?? this.#context.machine,
      source: source ?? this.#context.source.name,
      apiVersion: apiVersion ?? '',
      role: role ?? '',
    };
  }
}

/** The absolute value, because a clock that was set back would otherwise suppress failures for long. */
const isRepeated = (failure: PollFailure, recorded: PollFailure): boolean =>
  failure.reason === recorded.reason &&
  failure.detail === recorded.detail &&
  failure.accessKeyId === recorded.accessKeyId &&
  Math.abs(failure.observedAt - recorded.observedAt) < MIN_DISTANCE_MS;

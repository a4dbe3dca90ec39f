import type { SeriesIdentity } from '../../domain/model.ts';
import { MAX_BACKOFF } from '../../domain/verdict/poll-health.ts';
import type { PollFailure, PollOutcome } from '../../sources/source.ts';
import { type PollContext, type RecordedPoll, recordPoll } from '../poll-once.ts';

/** The same failure is recorded at most this often, because a refresh is repeated every few seconds. */
const MIN_DISTANCE_MS = MAX_BACKOFF * 1000;

/** Records polls. Never throws, because credentials must be served even if they cannot be recorded. */
export class RefreshRecorder {
  readonly #context: PollContext;
  readonly #onError: ((error: unknown) => void) | undefined;
  #lastFailure: { failure: PollFailure; identity: SeriesIdentity } | null = null;

  constructor(context: PollContext, onError: ((error: unknown) => void) | undefined) {
    this.#context = context;
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
      const { identity, isStarting } = recordPoll(this.#context, outcome, wasAborted);
      if (!assessed.ok && !isStarting) this.#lastFailure = { failure: assessed, identity };
      return { outcome: assessed, identity, isStarting };
    } catch (error) {
      this.reportError(error);
      return { outcome: assessed, identity: this.#describeSeries(outcome), isStarting: false };
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
      // The caller cannot be told, because telling it has failed.
    }
  }

  /** As the store would name the series, as far as it is known without the store. */
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

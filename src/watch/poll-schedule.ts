import { findDueSpan } from '../domain/measurement/forecast.ts';
import { correctTime } from '../domain/measurement/generations.ts';
import { measureColumns } from '../domain/measurement/measure.ts';
import type { FailureReason, Instant, Seconds, Span } from '../domain/model.ts';
import { formatFlagDuration } from '../domain/time/duration.ts';
import { MAX_BACKOFF } from '../domain/verdict/poll-health.ts';
import { CredWatchError } from '../errors.ts';
import type { CredentialSource } from '../sources/source.ts';
import { findSeriesHistory, type PollContext, type RecordedPoll } from './poll-once.ts';

/** The pause doubles with each failed poll in a row, up to five minutes. */
export const computeBackoff = (pause: Seconds, failures: number, limit: Seconds = MAX_BACKOFF): Seconds =>
  Math.min(pause * 2 ** failures, limit);

/** A rotation right after an outage must not stay unseen, and a request every minute is no load for an endpoint. */
const MAX_ENDPOINT_BACKOFF: Seconds = 60;

/**
 * The longest pause after failed polls. It is longer for an endpoint that is overloaded, and for sources without an
 * endpoint: they start a program, or call AWS.
 */
export const findMaxBackoff = ({ endpoint }: PolledSource, reason: FailureReason): Seconds =>
  endpoint === null || reason === 'throttled' ? MAX_BACKOFF : MAX_ENDPOINT_BACKOFF;

/** Hosts that were started together must not poll at the same time. */
const JITTER = 0.1;

/**
 * A random factor for a pause, 0.9 to 1.1.
 * @param random returns a number from 0 to less than 1
 */
export const chooseJitterFactor = (random: () => number): number => 1 + JITTER * (2 * random() - 1);

type PolledSource = Pick<CredentialSource, 'endpoint' | 'issuesCredentials'>;

/** Polling more often teaches nothing about such a source, and each poll is an entry in CloudTrail. */
const MIN_ISSUING_INTERVAL: Seconds = 900;

/**
 * The minimum time between two polls. Real endpoints are throttled and shared by all programs of the
 * instance, and a credential process may log in somewhere. Endpoints on loopback addresses may be polled
 * every second.
 */
export function getMinPollInterval({ endpoint, issuesCredentials }: PolledSource): Seconds {
  if (endpoint?.loopback) return 1;
  return issuesCredentials ? MIN_ISSUING_INTERVAL : 10;
}

/**
 * Rejects an interval below the minimum. Sources without an endpoint have no minimum here.
 * @param label names the interval in the message: `--interval`
 * @throws CredWatchError if the interval is too short for this endpoint
 */
export function assertPollInterval(label: string, interval: Seconds, source: PolledSource): void {
  const shortest = getMinPollInterval(source);
  if (interval >= shortest) return;
  // Only the library allows fractions of a second.
  const given = interval < 1 ? `${interval}s` : formatFlagDuration(interval);
  if (source.issuesCredentials) {
    throw new CredWatchError(
      `${label} ${given} is too short, because AWS issues new credentials for every poll`,
      `use ${formatFlagDuration(shortest)} or more`,
      { code: 'POLL_INTERVAL_TOO_SHORT' },
    );
  }
  if (source.endpoint === null) return;
  throw new CredWatchError(
    `${label} ${given} is too short for ${source.endpoint.url}, which other programs also use`,
    `use ${formatFlagDuration(shortest)} or more; only loopback addresses may be polled more often`,
    { code: 'POLL_INTERVAL_TOO_SHORT' },
  );
}

/** The number of polls in the span in which a rotation is due. */
const POLLS_PER_DUE_SPAN = 30;

/** After the due span, pauses stay short for this share of its length. */
const OVERTIME = 0.5;

interface PollScheduleOptions {
  interval: Seconds;
  /** Returns a number from 0 to less than 1. */
  random: () => number;
}

/**
 * Computes the pauses of a poller. Pauses are longer after failures. If the source does not date its rotations,
 * a rotation is only known to lie between two polls. So pauses are shorter while a rotation is due.
 */
export class PollSchedule {
  readonly #context: PollContext;
  readonly #options: PollScheduleOptions;
  /** The number of failed polls in a row. */
  #failures = 0;
  /** Computed once for each generation, because it needs the history. */
  #current: { accessKeyId: string; due: Span | null } | null = null;

  constructor(context: PollContext, options: PollScheduleOptions) {
    this.#context = context;
    this.#options = options;
  }

  /** The time from the start of this poll to the start of the next one. Call it once after each poll. */
  computePause(recorded: RecordedPoll): Seconds {
    const { outcome } = recorded;
    const { random } = this.#options;
    const { source } = this.#context;
    // A profile can begin to name a role, after the interval has been accepted.
    const shortest = source.issuesCredentials ? getMinPollInterval(source) : 0;
    const interval = Math.max(this.#options.interval, shortest);
    const factor = chooseJitterFactor(random);
    this.#failures = outcome.ok ? 0 : this.#failures + 1;
    if (!outcome.ok) {
      const limit = findMaxBackoff(source, outcome.reason);
      return Math.max(interval, computeBackoff(interval, this.#failures, limit)) * factor;
    }
    const { accessKeyId, lastUpdated } = outcome.credentials;
    if (lastUpdated !== null) return interval * factor;
    if (this.#current?.accessKeyId !== accessKeyId) {
      this.#current = { accessKeyId, due: this.#findDueSpan(recorded) };
    }
    const { due } = this.#current;
    const usual = interval * factor;
    return due === null ? usual : Math.min(usual, this.#computeDuePause(due, correctTime(outcome), factor));
  }

  #computeDuePause(due: Span, at: Instant, factor: number): Seconds {
    const length = (due.to - due.from) / 1000;
    const shortest = getMinPollInterval(this.#context.source);
    const pause = Math.max(shortest, length / POLLS_PER_DUE_SPAN);
    if (at > due.to + (OVERTIME * length + pause) * 1000) return Number.POSITIVE_INFINITY;
    // The first poll is before the due span. It has no jitter, because jitter could skip a short span.
    const untilFirst = (due.from - at) / 1000 - pause;
    return Math.max(shortest, untilFirst > pause ? untilFirst : pause * factor);
  }

  #findDueSpan({ identity }: RecordedPoll): Span | null {
    const history = findSeriesHistory(this.#context.store, identity);
    return history === null ? null : findDueSpan(measureColumns(history.generations, null));
  }
}

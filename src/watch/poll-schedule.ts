import { findDueSpan } from '../domain/measurement/forecast.ts';
import { correctedTime } from '../domain/measurement/generations.ts';
import { measure } from '../domain/measurement/measure.ts';
import type { Instant, Seconds, Span } from '../domain/model.ts';
import { CredWatchError } from '../errors.ts';
import type { CredentialSource } from '../sources/source.ts';
import type { PollContext, RecordedPoll } from './poll-once.ts';
import { findSeriesHistory } from './series-history.ts';

/** However often looks fail, one is tried this often. */
const LONGEST_BACK_OFF: Seconds = 300;

/** A source that fails is left in peace for longer each time. */
export const computeBackoff = (pause: Seconds, failures: number): Seconds =>
  Math.min(pause * 2 ** failures, LONGEST_BACK_OFF);

/** Hosts that were started together, or wait for the same rotation, must not ask together. */
const JITTER = 0.1;

/**
 * A factor around 1 for a pause.
 * @param random 0 ≤ x < 1
 */
export const randomJitterFactor = (random: () => number): number => 1 + JITTER * (2 * random() - 1);

/**
 * Real endpoints are throttled and shared with everything on the instance, and a credential process may log in somewhere:
 * no two looks of our own choosing are closer than this. What listens on this machine alone bears more.
 */
export const minPollInterval = ({ endpoint }: Pick<CredentialSource, 'endpoint'>): Seconds =>
  endpoint?.loopback ? 1 : 10;

/**
 * @param what names the interval to whoever gave it
 * @throws CredWatchError where others depend on the endpoint, and it would be asked too often
 */
export function assertPollInterval(
  what: string,
  interval: Seconds,
  source: Pick<CredentialSource, 'endpoint'>,
): void {
  const shortest = minPollInterval(source);
  if (source.endpoint === null || interval >= shortest) return;
  throw new CredWatchError(
    `${what} ${interval}s is too often for ${source.endpoint.url}, which others depend on`,
    `use ${shortest}s or more; only endpoints on this machine may be asked faster`,
  );
}

/** While a rotation is due, so many looks are spent on it: its window gets this much narrower than the due span. */
const LOOKS_PER_SPAN = 30;

/** A rotation that does not come when it is due is waited for a little longer, in lengths of the due span. */
const OVERTIME = 0.5;

/**
 * The pace of a poller. Where a source does not date its rotations, a rotation is only known to lie between two looks,
 * so looks come quicker while one is due.
 */
export class PollSchedule {
  readonly #context: PollContext;
  readonly #interval: Seconds;
  #known: { generation: string; due: Span | null } | null = null;

  constructor(context: PollContext, interval: Seconds) {
    this.#context = context;
    this.#interval = interval;
  }

  /**
   * From the beginning of the look that brought this to that of the next.
   * @param factor see {@link randomJitterFactor}
   */
  computePause(recorded: RecordedPoll, factor: number): Seconds {
    const { outcome } = recorded;
    const usual = this.#interval * factor;
    if (!outcome.ok || outcome.credentials.lastUpdated !== null) return usual;
    const generation = outcome.credentials.accessKeyId;
    if (this.#known?.generation !== generation) this.#known = { generation, due: this.#dueSpan(recorded) };
    const { due } = this.#known;
    return due === null ? usual : Math.min(usual, this.#untilDue(due, correctedTime(outcome), factor));
  }

  #untilDue(due: Span, at: Instant, factor: number): Seconds {
    const length = (due.to - due.from) / 1000;
    const shortest = minPollInterval(this.#context.source);
    const quick = Math.max(shortest, length / LOOKS_PER_SPAN);
    if (at > due.to + (OVERTIME * length + quick) * 1000) return Number.POSITIVE_INFINITY;
    // The first quick look comes before the span, and without jitter: a minute's delay would be past a narrow one.
    const untilFirst = (due.from - at) / 1000 - quick;
    return Math.max(shortest, untilFirst > quick ? untilFirst : quick * factor);
  }

  #dueSpan({ host, outcome: { identity } }: RecordedPoll): Span | null {
    const { source, store } = this.#context;
    const history = findSeriesHistory(store, { ...identity, host, source: source.name });
    return history === null ? null : findDueSpan(measure(history.generations));
  }
}

import { analyse } from '../domain/analysis.ts';
import { findDueSpan } from '../domain/forecast.ts';
import { correctedTime } from '../domain/generations.ts';
import type { Instant, Seconds, Span } from '../domain/model.ts';
import type { CredentialSource } from '../sources/source.ts';
import type { PollContext, Recorded } from './poll-once.ts';

/** However often looks fail, one is tried this often. */
const LONGEST_BACK_OFF: Seconds = 300;

/** A source that fails is left in peace for longer each time. */
export const backOff = (pause: Seconds, failures: number): Seconds =>
  Math.min(pause * 2 ** failures, LONGEST_BACK_OFF);

/**
 * Real endpoints are throttled and shared with everything on the instance, and a credential process may log in somewhere:
 * no two looks of our own choosing are closer than this. What listens on this machine alone bears more.
 */
export const shortestPause = ({ endpoint }: Pick<CredentialSource, 'endpoint'>): Seconds =>
  endpoint?.loopback ? 1 : 10;

/** While a rotation is due, so many looks are spent on it: its window gets this much narrower than the due span. */
const LOOKS_PER_SPAN = 30;

/** A rotation that does not come when it is due is waited for a little longer, in lengths of the due span. */
const OVERTIME = 0.5;

/**
 * The pace of a poller. Where a source does not date its rotations, a rotation is only known to lie between two looks,
 * so looks come quicker while one is due.
 */
export class Pace {
  readonly #context: PollContext;
  readonly #interval: Seconds;
  #known: { generation: string; due: Span | null } | null = null;

  constructor(context: PollContext, interval: Seconds) {
    this.#context = context;
    this.#interval = interval;
  }

  /**
   * From the beginning of the look that brought this to that of the next.
   * @param jitter a factor around 1: hosts that were started together must not ask together
   */
  pauseAfter(recorded: Recorded, jitter: number): Seconds {
    const { outcome } = recorded;
    const usual = this.#interval * jitter;
    if (!outcome.ok || outcome.credentials.lastUpdated !== null) return usual;
    const generation = outcome.credentials.accessKeyId;
    if (this.#known?.generation !== generation) this.#known = { generation, due: this.#dueSpan(recorded) };
    const { due } = this.#known;
    return due === null ? usual : Math.min(usual, this.#untilDue(due, correctedTime(outcome), jitter));
  }

  #untilDue(due: Span, at: Instant, jitter: number): Seconds {
    const length = (due.to - due.from) / 1000;
    const shortest = shortestPause(this.#context.source);
    const quick = Math.max(shortest, length / LOOKS_PER_SPAN);
    if (at > due.to + (OVERTIME * length + quick) * 1000) return Number.POSITIVE_INFINITY;
    // The first quick look comes before the span, and without jitter: a minute's delay would be past a narrow one.
    const untilFirst = (due.from - at) / 1000 - quick;
    return Math.max(shortest, untilFirst > quick ? untilFirst : quick * jitter);
  }

  #dueSpan({ host, outcome: { identity } }: Recorded): Span | null {
    const { source, store } = this.#context;
    const history = store
      .histories({ host, source: source.name, role: identity.role })
      .find((each) => each.identity.apiVersion === identity.apiVersion);
    if (history === undefined) return null;
    const { measurement } = analyse(history, { now: 0, maxAge: null });
    return measurement === null ? null : findDueSpan(measurement);
  }
}

import type { Instant, IssuedCredentials, Seconds } from '../domain/model.ts';
import type { PollNote } from '../domain/poll-note.ts';
import { secondsBetween } from '../domain/time/instant.ts';
import { isBelievable, LONGEST_VALIDITY } from './document/believable-clock.ts';
import type { RoleDocument } from './document/role-document.ts';
import { type Answer, type Endpoint, exchange, type Request } from './http/http.ts';
import { Notes } from './notes.ts';
import { FailedLook, type Retry } from './poll-error.ts';
import { printable } from './safe-text.ts';
import {
  DEFAULT_LIMITS,
  type Limits,
  type PollIdentity,
  type PollOutcome,
  type SourceOptions,
} from './source.ts';

/** Back-off between attempts: a random part of 100 ms, 200 ms, 400 ms … 1 s. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1000;

/** One poll while it runs: what was learnt so far, and how long it may still take. */
export class Look {
  readonly options: SourceOptions;
  readonly limits: Limits;
  readonly signal: AbortSignal;
  readonly identity: PollIdentity = { apiVersion: '', role: '', host: '' };
  readonly notes = new Notes();
  /** What was sent to the endpoint in confidence, and what it must not be quoted with. */
  readonly secrets = new Set<string>();
  accountId = '';
  clockOffset: Seconds | null = null;
  possibleHopLimit = false;

  constructor(options: SourceOptions, signal: AbortSignal) {
    this.options = options;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.signal = signal;
  }

  async exchange(endpoint: Endpoint, request: Request): Promise<Answer> {
    const { limits, signal } = this;
    const answer = await exchange(endpoint, request, { limits, signal, clock: this.options.clock });
    this.clockOffset = answer.clockOffset ?? this.clockOffset;
    return answer;
  }

  /** Runs `attempt` again after failures that may pass, as often as the failure and the limits allow. */
  async withRetries<T>(
    attempt: () => Promise<T>,
    retryOf: (failure: FailedLook) => Retry = (failure) => failure.retry,
  ): Promise<T> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof FailedLook)) throw error;
        const allowed = { never: 0, once: 1, always: Number.POSITIVE_INFINITY }[retryOf(error)];
        if (retries >= Math.min(allowed, this.limits.attempts - 1) || this.signal.aborted) throw error;
        const pause = this.options.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** retries);
        await this.options.clock.sleep(pause, this.signal);
        if (this.signal.aborted) throw error;
      }
    }
  }
}

export interface Found {
  document: RoleDocument;
  observedAt: Instant;
}

/**
 * Runs one poll to its outcome, within its deadline whatever `find` waits for.
 * @param noted what was noted when the settings were read
 */
export async function look(
  options: SourceOptions,
  signal: AbortSignal | undefined,
  noted: readonly PollNote[],
  find: (look: Look) => Promise<Found>,
): Promise<PollOutcome> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  const running = new Look(options, stop.signal);
  for (const { code, args } of noted) running.notes.add(code, args);
  const timer = setTimeout(abort, running.limits.pollMs);
  signal?.addEventListener('abort', abort, { once: true });
  if (signal?.aborted) abort();
  try {
    const { document, observedAt } = await Promise.race([find(running), overdue(stop.signal)]);
    const { identity, accountId } = running;
    const notes = running.notes.list;
    const { credentials, secrets } = document;
    const clockOffset = vetClock(running, observedAt, credentials);
    if (credentials.zoneless) running.notes.add('ZONELESS_TIME');
    const validity = secondsBetween(observedAt, credentials.expiration);
    if (validity > LONGEST_VALIDITY) running.notes.add('IMPLAUSIBLE_EXPIRATION', { seconds: validity });
    return { ok: true, credentials, secrets, identity, accountId, observedAt, clockOffset, notes };
  } catch (error) {
    return failure(running, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    // What lost the race against the deadline, or was overtaken by a failure, stops too.
    stop.abort();
  }
}

/** The offset, or null where the `Date` that it comes from cannot be true. */
function vetClock(
  { clockOffset, notes }: Look,
  observedAt: Instant,
  credentials: IssuedCredentials,
): Seconds | null {
  if (clockOffset === null || isBelievable(clockOffset, observedAt, credentials)) return clockOffset;
  notes.add('DATE_NOT_BELIEVED', { seconds: Math.abs(clockOffset) });
  return null;
}

/** Rejects a moment after the deadline: whoever heeds the signal comes first and knows better what went wrong. */
function overdue(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const expire = () => setImmediate(() => reject(new FailedLook('timeout', 'the poll ran out of time')));
    if (signal.aborted) expire();
    else signal.addEventListener('abort', expire, { once: true });
  });
}

function failure(running: Look, error: unknown): PollOutcome {
  // Anything else is a fault of ours, and hiding it as a failed poll would put it into the statistics.
  if (!(error instanceof FailedLook)) throw error;
  const { identity, clockOffset, possibleHopLimit, secrets } = running;
  const { reason, accessKeyId, expiration } = error;
  const detail = printable(error.detail, secrets);
  const observedAt = running.options.clock.now();
  const known = { identity, observedAt, clockOffset, notes: running.notes.list, possibleHopLimit };
  return { ok: false, reason, detail, accessKeyId, expiration, ...known };
}

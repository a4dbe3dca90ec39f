import { LONGEST_VALIDITY } from '../domain/aws-limits.ts';
import type { Instant, IssuedCredentials, Seconds } from '../domain/model.ts';
import type { PollNote } from '../domain/poll-note.ts';
import { secondsBetween } from '../domain/time/instant.ts';
import { isPlausibleClockOffset } from './document/clock-plausibility.ts';
import type { CredentialsDocument } from './document/credentials-document.ts';
import { sanitizeText } from './document/sanitize-text.ts';
import { type Endpoint, type HttpRequest, type HttpResponse, sendRequest } from './http/http.ts';
import { Notes } from './notes.ts';
import { PollError, type RetryPolicy } from './poll-error.ts';
import {
  DEFAULT_POLL_LIMITS,
  type PollIdentity,
  type PollLimits,
  type PollOutcome,
  type SourceOptions,
} from './source.ts';

/** Back-off between attempts: a random part of 100 ms, 200 ms, 400 ms … 1 s. */
const FIRST_PAUSE = 100;
const LONGEST_PAUSE = 1000;

/** One poll while it runs: what was learnt so far, and how long it may still take. */
export class OngoingPoll {
  readonly options: SourceOptions;
  readonly limits: PollLimits;
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
    this.limits = { ...DEFAULT_POLL_LIMITS, ...options.limits };
    this.signal = signal;
  }

  async sendRequest(endpoint: Endpoint, request: HttpRequest): Promise<HttpResponse> {
    const { limits, signal } = this;
    const answer = await sendRequest(endpoint, request, { limits, signal, clock: this.options.clock });
    this.clockOffset = answer.clockOffset ?? this.clockOffset;
    return answer;
  }

  /** Runs `attempt` again after failures that may pass, as often as the failure and the limits allow. */
  async withRetries<T>(
    attempt: () => Promise<T>,
    retryOf: (failure: PollError) => RetryPolicy = (failure) => failure.retry,
  ): Promise<T> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof PollError)) throw error;
        const allowed = { never: 0, once: 1, always: Number.POSITIVE_INFINITY }[retryOf(error)];
        if (retries >= Math.min(allowed, this.limits.attempts - 1) || this.signal.aborted) throw error;
        const pause = this.options.random() * Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** retries);
        await this.options.clock.sleep(pause, this.signal);
        if (this.signal.aborted) throw error;
      }
    }
  }
}

export interface FoundDocument {
  document: CredentialsDocument;
  observedAt: Instant;
}

/**
 * Runs one poll to its outcome, within its deadline whatever `find` waits for.
 * @param noted what was noted when the settings were read
 */
export async function runPoll(
  options: SourceOptions,
  signal: AbortSignal | undefined,
  noted: readonly PollNote[],
  find: (look: OngoingPoll) => Promise<FoundDocument>,
): Promise<PollOutcome> {
  const stop = new AbortController();
  const abort = () => stop.abort();
  const running = new OngoingPoll(options, stop.signal);
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
  { clockOffset, notes }: OngoingPoll,
  observedAt: Instant,
  credentials: IssuedCredentials,
): Seconds | null {
  if (clockOffset === null || isPlausibleClockOffset(clockOffset, observedAt, credentials))
    return clockOffset;
  notes.add('DATE_NOT_BELIEVED', { seconds: Math.abs(clockOffset) });
  return null;
}

/** Rejects a moment after the deadline: whoever heeds the signal comes first and knows better what went wrong. */
function overdue(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const expire = () => setImmediate(() => reject(new PollError('timeout', 'the poll ran out of time')));
    if (signal.aborted) expire();
    else signal.addEventListener('abort', expire, { once: true });
  });
}

function failure(running: OngoingPoll, error: unknown): PollOutcome {
  // Anything else is a fault of ours, and hiding it as a failed poll would put it into the statistics.
  if (!(error instanceof PollError)) throw error;
  const { identity, clockOffset, possibleHopLimit, secrets } = running;
  const { reason, accessKeyId, expiration, misconfiguration } = error;
  const detail = sanitizeText(error.detail, secrets);
  const observedAt = running.options.clock.now();
  const known = { identity, observedAt, clockOffset, notes: running.notes.list, possibleHopLimit };
  return { ok: false, reason, detail, misconfiguration, accessKeyId, expiration, ...known };
}

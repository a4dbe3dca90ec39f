import { MAX_VALIDITY } from '../domain/aws-limits.ts';
import type { PolledKey } from '../domain/keys/known-key.ts';
import type { Misconfiguration } from '../domain/misconfiguration.ts';
import type { Instant, IssuedCredentials, Seconds } from '../domain/model.ts';
import type { PollNote } from '../domain/poll-note.ts';
import type { RequestedSession } from '../domain/requested-session.ts';
import { type BackoffLimits, computePauseMs } from '../domain/time/backoff.ts';
import { isPlausibleClockOffset } from '../domain/time/clock-plausibility.ts';
import { secondsBetween } from '../domain/time/instant.ts';
import { redactText, toOneLine } from '../redact.ts';

import type { CredentialsDocument } from './document/credentials-document.ts';
import type { Endpoint, HttpRequest, HttpResponse, PollLimits } from './http/exchange.ts';
import { exchangeOverSocket } from './http/socket-exchange.ts';
import { Notes } from './notes.ts';
import { PollError, type RetryPolicy } from './poll-error.ts';
import {
  DEFAULT_POLL_LIMITS,
  type PolledCredentials,
  type PollFailure,
  type PollIdentity,
  type PollOutcome,
  type SourceOptions,
} from './source.ts';

/** The pause before a retry is a random part of 100 ms, then of 200 ms, 400 ms … up to 1 s. */
const RETRY_BACKOFF: BackoffLimits = { minMs: 0, firstMs: 100, maxMs: 1000 };

/** The reason of the abort signal. A constant, because the default is an error with a stack trace. */
const POLL_OVER = 'the poll is over';

/** State of one poll while it runs: what it has learned so far, and its limits. */
export class OngoingPoll {
  readonly options: SourceOptions;
  readonly limits: PollLimits;
  /** Aborted when the poll has to end. */
  readonly signal: AbortSignal;
  readonly identity: PollIdentity = {
    apiVersion: null,
    role: null,
    host: null,
    source: null,
  };
  readonly notes = new Notes();
  /** Texts that a message must not contain: keys, tokens, and confidential parts of URLs. */
  readonly secrets = new Set<string>();
  /** Also confidential, but an external id can be a common word or a part of the name of a role. */
  readonly externalIds = new Set<string>();
  accountId: string | null = null;
  session: RequestedSession | null = null;
  roleArn: string | null = null;
  clockOffset: Seconds | null = null;
  possibleHopLimit = false;
  /** The setting that names the endpoint. Null: the endpoint has its usual address. */
  address: Extract<Misconfiguration, { code: 'UNREACHABLE_ADDRESS' }> | null = null;
  /** The endpoint has responded to a request of this poll. */
  hasResponded = false;
  hasTimedOut = false;

  constructor(options: SourceOptions, signal: AbortSignal) {
    this.options = options;
    this.limits = { ...DEFAULT_POLL_LIMITS, ...options.limits };
    this.signal = signal;
  }

  /** Keeps keys out of messages. */
  hideKeys({ accessKeyId, secretAccessKey, token }: PolledCredentials['secrets']): void {
    for (const secret of [accessKeyId, secretAccessKey, token]) {
      if (secret !== null) this.secrets.add(secret.reveal());
    }
  }

  async sendRequest(
    endpoint: Endpoint,
    request: HttpRequest,
    requestMs = this.limits.requestMs,
  ): Promise<HttpResponse> {
    this.options.beforeRequest?.();
    const { signal } = this;
    const { clock, exchange = exchangeOverSocket } = this.options;
    const limits = { ...this.limits, requestMs };
    const response = await exchange(endpoint, request, { limits, signal, clock }).catch((error: unknown) => {
      if (error instanceof PollError && error.isTimeout) this.hasTimedOut = true;
      throw error;
    });
    this.hasResponded = true;
    this.clockOffset = response.clockOffset ?? this.clockOffset;
    return response;
  }

  /**
   * Sends a request that the poll can do without. Returns null after an error. The clock offset of the
   * credentials stays.
   */
  async tryRequest(send: () => Promise<HttpResponse>): Promise<HttpResponse | null> {
    const { clockOffset } = this;
    try {
      return await send();
    } catch (error) {
      if (error instanceof PollError) return null;
      throw error;
    } finally {
      this.clockOffset = clockOffset ?? this.clockOffset;
    }
  }

  /** Retries `attempt` after errors that may pass, as often as the error and the limits allow. */
  async withRetries<T>(
    attempt: () => Promise<T>,
    policyOf: (error: PollError) => RetryPolicy = (error) => error.retry,
  ): Promise<T> {
    for (let retries = 0; ; retries += 1) {
      try {
        return await attempt();
      } catch (error) {
        if (!(error instanceof PollError)) throw error;
        const allowed = { never: 0, once: 1, always: Number.POSITIVE_INFINITY }[policyOf(error)];
        if (retries >= Math.min(allowed, this.limits.attempts - 1) || this.signal.aborted) throw error;
        const pause = computePauseMs(RETRY_BACKOFF, retries + 1, this.options.random);
        await this.options.clock.sleep(pause, this.signal);
        if (this.signal.aborted) throw error;
      }
    }
  }
}

export interface FoundDocument {
  document: CredentialsDocument;
  /** See {@link PolledCredentials}. */
  stated?: IssuedCredentials | null;
  knownKey?: PolledKey;
  observedAt: Instant;
}

/**
 * Runs one poll and returns its outcome. Ends within `limits.pollMs`, even if `find` ignores the abort
 * signal.
 * @param settingsNotes notes made when the settings were read
 */
export const runPoll = (
  options: SourceOptions,
  signal: AbortSignal | undefined,
  settingsNotes: readonly PollNote[],
  find: (poll: OngoingPoll) => Promise<FoundDocument>,
): Promise<PollOutcome> => runLimited(options, signal, settingsNotes, find, toSuccess);

/** As {@link runPoll}, for a poll that returns something else than credentials. */
export async function runLimited<Found, Result>(
  options: SourceOptions,
  signal: AbortSignal | undefined,
  settingsNotes: readonly PollNote[],
  find: (poll: OngoingPoll) => Promise<Found>,
  toResult: (poll: OngoingPoll, found: Found) => Result,
): Promise<Result | PollFailure> {
  const stop = new AbortController();
  const poll = new OngoingPoll(options, stop.signal);
  for (const note of settingsNotes) poll.notes.add(note);
  const end = () => stop.abort(POLL_OVER);
  // On the clock of the poll, so that a simulated poll takes no real time.
  void options.clock.sleep(poll.limits.pollMs, stop.signal).then(end);
  signal?.addEventListener('abort', end, { once: true });
  let rejectLate = () => {};
  const outOfTime = new Promise<never>((_, reject) => {
    // Deferred, because `find` also follows the signal and then throws a more exact error.
    rejectLate = () => setImmediate(() => reject(new PollError('timeout', 'the poll ran out of time')));
  });
  stop.signal.addEventListener('abort', rejectLate, { once: true });
  if (signal?.aborted) end();
  try {
    return toResult(poll, await Promise.race([find(poll), outOfTime]));
  } catch (error) {
    return toFailure(poll, error);
  } finally {
    signal?.removeEventListener('abort', end);
    stop.signal.removeEventListener('abort', rejectLate);
    // Stops the loser of the race: `find` after the time limit, or the sleep until the limit.
    end();
  }
}

function toSuccess(
  poll: OngoingPoll,
  { document, stated, knownKey, observedAt }: FoundDocument,
): PolledCredentials {
  const { identity, accountId, notes } = poll;
  const { credentials, secrets } = document;
  const clockOffset = validateClockOffset(poll, observedAt, credentials);
  if (credentials.zoneless) notes.add({ code: 'ZONELESS_TIME' });
  const validitySeconds = secondsBetween(observedAt, credentials.expiration);
  if (validitySeconds > MAX_VALIDITY) notes.add({ code: 'IMPLAUSIBLE_EXPIRATION', validitySeconds });
  return {
    ok: true,
    credentials,
    ...(stated === undefined ? {} : { stated }),
    ...(knownKey === undefined ? {} : { knownKey }),
    ...describeSession(poll),
    secrets,
    identity,
    accountId,
    observedAt,
    clockOffset,
    notes: notes.list,
  };
}

/** The offset, or null if the `Date` that it was computed from cannot be right. */
function validateClockOffset(
  { clockOffset, notes }: OngoingPoll,
  observedAt: Instant,
  credentials: IssuedCredentials,
): Seconds | null {
  if (clockOffset === null || isPlausibleClockOffset(clockOffset, observedAt, credentials)) {
    return clockOffset;
  }
  notes.add({ code: 'DATE_NOT_BELIEVED', offsetSeconds: Math.abs(clockOffset) });
  return null;
}

function toFailure(poll: OngoingPoll, error: unknown): PollFailure {
  // Any other error is a defect of this program. As a failed poll it would be hidden in the statistics.
  if (!(error instanceof PollError)) throw error;
  const { identity, clockOffset, accountId, possibleHopLimit, notes, options } = poll;
  const { reason, accessKeyId, expiration, misconfiguration } = error;
  return {
    ok: false,
    reason,
    detail: formatDetail(error, poll),
    misconfiguration: misconfiguration ?? (reason === 'unreachable' ? poll.address : null),
    accessKeyId,
    expiration,
    possibleHopLimit,
    identity,
    observedAt: options.clock.now(),
    clockOffset,
    accountId,
    notes: notes.list,
    ...describeSession(poll),
  };
}

const describeSession = ({ session, roleArn }: OngoingPoll) => ({
  ...(session === null ? {} : { session }),
  ...(roleArn === null ? {} : { roleArn }),
});

/** Our own words, then what was quoted, without secrets. */
function formatDetail({ detail, quotation }: PollError, { secrets, externalIds }: OngoingPoll): string {
  const quoted = quotation === null ? '' : redactText(quotation, secrets, externalIds);
  return toOneLine(detail !== '' && quoted !== '' ? `${detail}: ${quoted}` : `${detail}${quoted}`);
}

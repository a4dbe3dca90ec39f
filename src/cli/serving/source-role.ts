import type { Clock } from '../../clock.ts';
import type { Instant, Seconds, SourceName } from '../../domain/model.ts';
import { explainRefreshTime } from '../../domain/sdk-refresh/refresh-reason.ts';
import type { ServedRoleFacts } from '../../domain/serving/served-role-facts.ts';
import { floorToSecond } from '../../domain/time/instant.ts';
import type { ServedCredentials } from '../../server/served-credentials.ts';
import { isValidName } from '../../server/serving/role-names.ts';
import type { ServedRole } from '../../server/serving/served-role.ts';
import type { PolledCredentials } from '../../sources/source.ts';
import type { PollContext, RecordedPoll } from '../../watch/poll-once.ts';
import {
  CredentialRefresher,
  MAX_REQUEST_WAIT_MS,
  type RefresherOptions,
} from '../../watch/refresh/credential-refresher.ts';
import { findIssuedAt } from '../../watch/refresh/held-credentials.ts';
import { createRefreshedRole } from './refreshed-role.ts';

/** The role of a source, whose credentials a refresher holds. The server gets it before the source is opened. */
export class SourceRole implements ServedRole {
  readonly name: string;
  readonly #options: RefresherOptions;
  readonly #opened = new AbortController();
  #refresher: CredentialRefresher | null = null;
  /** What the server reads from the refresher. */
  #refreshed: ServedRole | null = null;
  #source: SourceName;
  #lastPoll: PolledCredentials | null = null;

  /** @param source the source, as far as the flags name it */
  constructor(name: string, source: SourceName, options: RefresherOptions) {
    this.name = name;
    this.#source = source;
    this.#options = options;
  }

  /** The name that the source states. If IMDS could not list this name, the name in paths. */
  get roleName(): string {
    const poll = this.#findCurrent() ?? this.#lastPoll;
    if (poll === null) return '';
    const { role } = poll.identity;
    return role !== null && isValidName(role) ? role : this.name;
  }

  /** Polls for the first time, and then refreshes in the background. */
  start(context: PollContext, signal: AbortSignal): Promise<RecordedPoll> {
    this.#refresher = new CredentialRefresher(context, this.#options);
    this.#refreshed = createRefreshedRole(this.#refresher, this.#options.clock, {
      name: this.name,
      roleName: this.name,
    });
    this.#source = context.source.name;
    this.#opened.abort();
    return this.#refresher.start(signal);
  }

  async close(): Promise<void> {
    await this.#refresher?.close();
  }

  getCredentials(): ServedCredentials | null {
    return this.#refreshed?.getCredentials() ?? null;
  }

  noteRequest(): Promise<void> | null {
    return this.#refreshed === null ? this.#waitForStart() : this.#refreshed.noteRequest();
  }

  async #waitForStart(): Promise<void> {
    await this.#options.clock.sleep(MAX_REQUEST_WAIT_MS, this.#opened.signal);
    await this.#refreshed?.noteRequest();
  }

  getRetryAfter(): Seconds {
    return this.#refreshed?.getRetryAfter() ?? 1;
  }

  getClockOffset(): Seconds {
    return this.#refreshed?.getClockOffset() ?? 0;
  }

  /** By AWS's clock. */
  getNow(): Instant {
    return this.#options.clock.now() - this.getClockOffset() * 1000;
  }

  /** Validity when issued of the last credentials. Null if there were none. */
  getLifetime(): Seconds | null {
    const poll = this.#lastPoll;
    return poll && (poll.credentials.expiration - findIssuedAt(poll)) / 1000;
  }

  getFacts(): ServedRoleFacts {
    const poll = this.#findCurrent() ?? this.#lastPoll;
    const status = this.#refresher?.getStatus() ?? null;
    const lifetime = this.getLifetime();
    return {
      name: this.name,
      role: poll?.identity.role ?? '',
      accountId: poll?.accountId ?? null,
      source: poll?.identity.source ?? this.#source,
      key: poll && {
        accessKeyId: poll.credentials.accessKeyId,
        issuedAt: floorToSecond(findIssuedAt(poll)),
        expiration: poll.credentials.expiration,
      },
      refreshReason: lifetime === null ? null : explainRefreshTime(lifetime, this.#options.minRemaining),
      lastRefreshAt: status?.lastRefreshAt ?? null,
      nextRefreshAt: status?.nextAttemptAt ?? null,
      isIdle: status?.isIdle ?? false,
      failureCount: status?.failures ?? 0,
      failure: status?.lastFailure ?? null,
    };
  }

  /** Null if no credentials are valid. Remembers them, so that messages can name expired ones. */
  #findCurrent(): PolledCredentials | null {
    const poll = this.#refresher?.getCurrent() ?? null;
    this.#lastPoll = poll ?? this.#lastPoll;
    return poll;
  }
}

/** The host's clock minus AWS's. All roles have the same host, but not every source shows AWS's time. */
export const findClockOffset = (roles: readonly SourceRole[]): Seconds =>
  roles.map((role) => role.getClockOffset()).find((offset) => offset !== 0) ?? 0;

export const getAwsNow = (roles: readonly SourceRole[], { clock }: { clock: Pick<Clock, 'now'> }): Instant =>
  clock.now() - findClockOffset(roles) * 1000;

import type { Instant, Seconds, SourceName } from '../../domain/model.ts';
import { explainRefreshTime } from '../../domain/sdk-refresh/refresh-reason.ts';
import type { ServedRoleFacts } from '../../domain/serving/served-role-facts.ts';
import type { ServedCredentials } from '../../server/served-credentials.ts';
import { isValidName } from '../../server/serving/role-names.ts';
import type { ServedRole } from '../../server/serving/served-role.ts';
import type { PolledCredentials } from '../../sources/source.ts';
import type { PollContext, RecordedPoll } from '../../watch/poll-once.ts';
import { CredentialRefresher, type RefresherOptions } from '../../watch/refresh/credential-refresher.ts';
import { findIssuedAt } from '../../watch/refresh/held-credentials.ts';

/** Until the next attempt is known. */
const DEFAULT_RETRY: Seconds = 1;

/** SDKs stop waiting after one second. */
const MAX_START_WAIT_MS = 900;

/** The role of a source, whose credentials a refresher holds. The server gets it before the source is opened. */
export class SourceRole implements ServedRole {
  readonly name: string;
  readonly #options: RefresherOptions;
  readonly #roleArn: string | null;
  readonly #opened = new AbortController();
  #refresher: CredentialRefresher | null = null;
  #source: SourceName;
  #lastPoll: PolledCredentials | null = null;
  #served: ServedCredentials | null = null;

  /** @param source the source, as far as the flags name it */
  constructor(name: string, source: SourceName, roleArn: string | null, options: RefresherOptions) {
    this.name = name;
    this.#source = source;
    this.#roleArn = roleArn;
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
    this.#source = context.source.name;
    this.#opened.abort();
    return this.#refresher.start(signal);
  }

  async close(): Promise<void> {
    await this.#refresher?.close();
  }

  getCredentials(): ServedCredentials | null {
    const poll = this.#findCurrent();
    return poll === null ? null : this.#served;
  }

  noteRequest(): Promise<void> | null {
    if (this.#refresher !== null) return this.#refresher.noteRequest();
    return this.#waitForStart();
  }

  async #waitForStart(): Promise<void> {
    await this.#options.clock.sleep(MAX_START_WAIT_MS, this.#opened.signal);
    await this.#refresher?.noteRequest();
  }

  getRetryAfter(): Seconds {
    const nextAttemptAt = this.#refresher?.getStatus().nextAttemptAt ?? null;
    return nextAttemptAt === null ? DEFAULT_RETRY : Math.max(0, nextAttemptAt - this.getNow()) / 1000;
  }

  getClockOffset(): Seconds {
    return this.#refresher?.getClockOffset() ?? 0;
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
        issuedAt: findIssuedAt(poll),
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
    if (poll !== null && poll !== this.#lastPoll) {
      this.#lastPoll = poll;
      this.#served = this.#toServed(poll);
    }
    return poll;
  }

  #toServed(poll: PolledCredentials): ServedCredentials | null {
    const { credentials, secrets, accountId } = poll;
    // The refresher rejects credentials without a session token.
    if (secrets.token === null) return null;
    return {
      loggedKeyId: credentials.accessKeyId,
      accessKeyId: secrets.accessKeyId,
      secretAccessKey: secrets.secretAccessKey,
      sessionToken: secrets.token,
      issuedAt: findIssuedAt(poll),
      expiration: credentials.expiration,
      accountId,
      roleArn: this.#roleArn,
    };
  }
}

/** AWS's time, as the responses of the first role show it. */
export const getAwsNow = ([first]: readonly SourceRole[]): Instant => first?.getNow() ?? 0;

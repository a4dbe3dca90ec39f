import type { CheckId } from '../../../domain/conformance/check-list.ts';
import type { CheckFailure } from '../../../domain/conformance/check-result.ts';
import { findCheck } from '../../../domain/conformance/verdict.ts';
import type { WatchedCheck } from '../../../domain/conformance/watch/watched-check.ts';
import type { WatchedRead } from '../../../domain/conformance/watch/watched-read.ts';
import type { Instant, Seconds } from '../../../domain/model.ts';
import type { Secret } from '../../../secret.ts';
import { readDocument } from '../exchanges/exchange-documents.ts';
import type { Exchange, Prober } from '../exchanges/prober.ts';
import {
  isErrorDocument,
  LONGEST_TTL,
  ROLES,
  readToken,
  TOKEN_HEADER,
  TOKEN_PATH,
  TTL_HEADER,
} from '../imds/imds-responses.ts';
import { type EndpointWatcher, toWatchedRead } from './endpoint-watcher.ts';

/** A token is valid for this share of the watched time, so that its end is watched too. */
const TOKEN_SHARE = 0.6;

/** Servers count whole seconds. Within this time around its end, a token may be valid or not. */
const END_TOLERANCE_MS = 2100;

interface WatchedToken {
  value: Secret;
  endsAt: Instant;
}

export interface ImdsWatcherOptions {
  prober: Prober;
  role: string;
  /** How long the endpoint is watched. */
  seconds: Seconds;
  /** The endpoint rejects expired tokens, so a token must be rejected after its end. */
  rejectsExpiredTokens: boolean;
}

/** Reads the credentials with one token until the token ends. */
export class ImdsWatcher implements EndpointWatcher {
  readonly #options: ImdsWatcherOptions;
  readonly #prefix: string;
  readonly #failures = new Map<CheckId, CheckFailure>();
  /** Undefined: a token must be requested. Null: the endpoint issues no tokens. */
  #token: WatchedToken | null | undefined;
  /** The last token that has ended. Null after it was tried. */
  #ended: WatchedToken | null = null;

  constructor(options: ImdsWatcherOptions) {
    this.#options = options;
    this.#prefix = options.prober.url.pathname.replace(/\/$/, '');
  }

  async step(): Promise<WatchedRead | null> {
    const now = this.#now;
    if (this.#ended !== null && now > this.#ended.endsAt + END_TOLERANCE_MS) {
      await this.#tryEnded(this.#ended);
      return null;
    }
    if (this.#token && now >= this.#token.endsAt - END_TOLERANCE_MS) {
      this.#ended = this.#options.rejectsExpiredTokens ? this.#token : null;
      this.#token = undefined;
    }
    if (this.#token === undefined) {
      await this.#requestToken();
      return null;
    }
    return this.#read();
  }

  judge(): WatchedCheck[] {
    const ids = ['token-reusable', 'token-expires'] as const;
    return ids.flatMap((id) => {
      const failure = this.#failures.get(id);
      return failure === undefined ? [] : [{ id, failures: [failure] }];
    });
  }

  async #requestToken(): Promise<void> {
    const share = Math.floor(this.#options.seconds * TOKEN_SHARE);
    const ttl = Math.min(LONGEST_TTL, Math.max(1, share));
    const headers = { [TTL_HEADER]: String(ttl) };
    const exchange = await this.#send({ method: 'PUT', path: TOKEN_PATH, headers });
    const value = readToken(exchange);
    this.#token = value === null ? null : { value, endsAt: exchange.startedAt + ttl * 1000 };
  }

  /** Null if the token was refused, because `token-reusable` reports the refusal. */
  async #read(): Promise<WatchedRead | null> {
    const { role } = this.#options;
    const headers = this.#token ? { [TOKEN_HEADER]: this.#token.value } : {};
    const exchange = await this.#send({ method: 'GET', path: `${ROLES}${role}`, headers });
    if (exchange.response?.status === 401 && this.#token) {
      this.#fail('token-reusable', exchange, 200);
      this.#token = undefined;
      return null;
    }
    const document = readDocument(exchange);
    return toWatchedRead(exchange, document !== null && isErrorDocument(document) ? null : document);
  }

  async #tryEnded(token: WatchedToken): Promise<void> {
    this.#ended = null;
    const headers = { [TOKEN_HEADER]: token.value };
    const exchange = await this.#send({ method: 'GET', path: ROLES, headers });
    if (exchange.response !== null && exchange.response.status !== 401)
      this.#fail('token-expires', exchange, 401);
  }

  #fail(id: CheckId, { number, response }: Exchange, expected: number): void {
    if (this.#failures.has(id)) return;
    const fact = { code: 'UNEXPECTED_STATUS', status: response?.status ?? 0, expected: [expected] } as const;
    this.#failures.set(id, { ...fact, exchange: number, effects: findCheck(id).effects });
  }

  #send(request: Parameters<Prober['send']>[0]): Promise<Exchange> {
    return this.#options.prober.send({ ...request, path: `${this.#prefix}${request.path}` });
  }

  get #now(): Instant {
    return this.#options.prober.clock.now();
  }
}

import type { Secret } from '../../../secret.ts';
import { createSocketExchange } from '../../http/socket-exchange.ts';
import { isThrottled } from '../../http/status.ts';
import type { ProbeRequest } from '../exchanges/probe-request.ts';
import type { Exchange, Prober } from '../exchanges/prober.ts';
import {
  getStatus,
  LONGEST_TTL,
  ROLES,
  readToken,
  TOKEN_HEADER,
  TOKEN_PATH,
  TTL_HEADER,
} from './imds-responses.ts';

/** Addresses of IMDS. The first one is the host that some servers require. */
export const IMDS_HOSTS = ['169.254.169.254', '[fd00:ec2::254]'];

/** After so many tokens that did not work twice, each read gets a new token. */
const MAX_RENEWALS = 2;

/** Sends requests to IMDS as clients do: with the current token, and with a new one if the token is refused. */
export class ImdsSession {
  readonly prober: Prober;
  readonly #prefix: string;
  /** Reads with the current token, as clients send them. */
  readonly plainReads: Exchange[] = [];
  /** Reads whose token was refused, although a new token was accepted. */
  readonly refusedReads: Exchange[] = [];
  /** Requests with the endpoint's own address as host, if the endpoint accepts only the address of IMDS. */
  readonly refusedHost: Exchange[] = [];
  #host: string | null = null;
  #token: Promise<Secret | null> | null = null;
  #isRenewalUseless = false;

  constructor(prober: Prober) {
    this.prober = prober;
    this.#prefix = prober.url.pathname.replace(/\/$/, '');
  }

  /** The token works only once or twice, so the endpoint cannot be read many times. */
  get needsNewTokens(): boolean {
    return this.refusedReads.length >= MAX_RENEWALS;
  }

  /**
   * Requests the first token. Some servers refuse their own address as host, and accept the address of IMDS. All
   * requests then have this host, so that only the check of the host fails.
   */
  async requestFirstToken(): Promise<Exchange> {
    const exchange = await this.putToken(String(LONGEST_TTL));
    if (this.#mayRefuseHost(exchange)) {
      const other = await this.putToken(String(LONGEST_TTL), { host: IMDS_HOSTS[0] ?? '' });
      if (getStatus(other) === 200) return this.#useImdsHost(exchange, other);
    }
    this.#token = Promise.resolve(readToken(exchange));
    return exchange;
  }

  /** Reads the list of roles, perhaps with the host of IMDS. See {@link requestFirstToken}. */
  async readFirst(): Promise<Exchange> {
    const exchange = await this.read(ROLES);
    if (!this.#mayRefuseHost(exchange) || (await this.#token) !== null) return exchange;
    const other = await this.get(ROLES, { host: IMDS_HOSTS[0] ?? '' });
    return getStatus(other) === 200 ? this.#useImdsHost(exchange, other) : exchange;
  }

  /** Some statuses say that the resource or the method does not exist, so they are not about the host. */
  #mayRefuseHost(exchange: Exchange): boolean {
    const status = getStatus(exchange) ?? 0;
    const isAboutHost = status >= 400 && status < 500 && ![404, 405].includes(status) && !isThrottled(status);
    return isAboutHost && this.#host === null && !IMDS_HOSTS.includes(this.prober.url.hostname);
  }

  #useImdsHost(refused: Exchange, accepted: Exchange): Exchange {
    this.#host = IMDS_HOSTS[0] ?? null;
    this.refusedHost.push(refused);
    this.#token = Promise.resolve(readToken(accepted));
    return accepted;
  }

  /** @param ttl null for a request without the header */
  putToken(ttl: string | null, more: Record<string, string> = {}, path = TOKEN_PATH): Promise<Exchange> {
    const headers = { ...(ttl === null ? {} : { [TTL_HEADER]: ttl }), ...more };
    return this.send({ method: 'PUT', path, headers });
  }

  get(path: string, headers: ProbeRequest['headers'] = {}): Promise<Exchange> {
    return this.send({ method: 'GET', path, headers });
  }

  send(request: ProbeRequest, exchange?: Parameters<Prober['send']>[1]): Promise<Exchange> {
    const headers = { ...(this.#host === null ? {} : { host: this.#host }), ...request.headers };
    return this.prober.send({ ...request, headers, path: `${this.#prefix}${request.path}` }, exchange);
  }

  /** A read as a client sends it: with a token, if the endpoint issues tokens. */
  async read(path: string): Promise<Exchange> {
    const exchange = await this.get(path, await this.getWorkingHeaders());
    this.plainReads.push(exchange);
    if (getStatus(exchange) !== 401 || this.#isRenewalUseless || (await this.#token) === null)
      return exchange;
    await this.#renew();
    const again = await this.get(path, await this.getTokenHeaders());
    if (getStatus(again) === 401) this.#isRenewalUseless = true;
    else this.refusedReads.push(exchange);
    return again;
  }

  async #renew(): Promise<void> {
    const renewed = this.putToken(String(LONGEST_TTL)).then(readToken);
    // Concurrent reads wait for the same token.
    this.#token = renewed;
    await renewed;
  }

  /** Unlike all other requests, these share a connection. */
  async readOverOneConnection(count: number): Promise<Exchange[]> {
    const exchange = createSocketExchange({ keepsConnection: true });
    const reads: Exchange[] = [];
    for (let read = 0; read < count; read += 1) {
      const headers = await this.getTokenHeaders();
      reads.push(await this.send({ method: 'GET', path: ROLES, headers }, exchange));
    }
    return reads;
  }

  /** The headers of a read, with a new token if tokens work only once. */
  async getWorkingHeaders(): Promise<Record<string, Secret>> {
    if (this.needsNewTokens) await this.#renew();
    return this.getTokenHeaders();
  }

  async getTokenHeaders(): Promise<Record<string, Secret>> {
    const token = await this.#token;
    return token === null ? {} : { [TOKEN_HEADER]: token };
  }
}

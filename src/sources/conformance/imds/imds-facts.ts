import type { Exchange, Prober } from '../prober.ts';

const TOKEN_PATH = '/latest/api/token';
const TTL_HEADER = 'x-aws-ec2-metadata-token-ttl-seconds';
/** The longest TTL that IMDS grants, which most SDKs request. */
export const LONGEST_TTL = 21_600;

/** Responses of IMDS that several checks judge. Each is requested once, when the first check needs it. */
export class ImdsFacts {
  readonly #prober: Prober;
  readonly #prefix: string;
  readonly #responses = new Map<string, Promise<Exchange>>();

  constructor(prober: Prober) {
    this.#prober = prober;
    this.#prefix = prober.url.pathname.replace(/\/$/, '');
  }

  /** Requests a token as SDKs do. */
  readonly getToken = (): Promise<Exchange> =>
    this.once('token', () => this.requestToken(String(LONGEST_TTL)));

  /** @param ttl null for a request without the header */
  requestToken(ttl: string | null, more: Record<string, string> = {}, path = TOKEN_PATH): Promise<Exchange> {
    const headers = { ...(ttl === null ? {} : { [TTL_HEADER]: ttl }), ...more };
    return this.#prober.send({ method: 'PUT', path: `${this.#prefix}${path}`, headers });
  }

  once(name: string, request: () => Promise<Exchange>): Promise<Exchange> {
    const known = this.#responses.get(name);
    if (known !== undefined) return known;
    const sent = request();
    this.#responses.set(name, sent);
    return sent;
  }
}

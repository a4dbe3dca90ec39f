import type { Exchange } from './prober.ts';

/** Exchanges that several checks judge. Each request is sent once, when the first check needs its response. */
export class ExchangeCache {
  readonly #exchanges = new Map<string, Promise<Exchange>>();

  /** @param name identifies the request */
  getOrSend(name: string, send: () => Promise<Exchange>): Promise<Exchange> {
    const known = this.#exchanges.get(name);
    if (known !== undefined) return known;
    const sent = send();
    this.#exchanges.set(name, sent);
    return sent;
  }

  /** Null if no check has sent the request, or if it could not be sent. */
  async find(name: string): Promise<Exchange | null> {
    return (await this.#exchanges.get(name)?.catch(() => null)) ?? null;
  }
}

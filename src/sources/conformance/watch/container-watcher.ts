import type { CheckFailure } from '../../../domain/conformance/check-result.ts';
import { findCheck } from '../../../domain/conformance/verdict.ts';
import type { WatchedCheck } from '../../../domain/conformance/watch/watched-check.ts';
import type { WatchedRead } from '../../../domain/conformance/watch/watched-read.ts';
import { Secret } from '../../../secret.ts';
import { parseJwtExpiration } from '../../document/jwt.ts';
import { readSmallFile } from '../../environment/small-file.ts';
import { throwIfLocal } from '../../local-errors.ts';
import type { ContainerFacts } from '../containers/container-facts.ts';
import { readDocument } from '../exchanges/exchange-documents.ts';
import type { Exchange, Prober } from '../exchanges/prober.ts';
import { type EndpointWatcher, toWatchedRead } from './endpoint-watcher.ts';

const ROTATION = 'token-rotation';

/** Reads the credentials, with the token that the token file contains at that time. */
export class ContainerWatcher implements EndpointWatcher {
  readonly #facts: ContainerFacts;
  readonly #prober: Prober;
  #token: Secret | null;
  /** The token before the last rotation. Null after it was tried. */
  #oldToken: Secret | null = null;
  /** The token file has changed, and the new token was not tried yet. */
  #isTokenNew = false;
  #rotationCount = 0;
  #failure: CheckFailure | null = null;

  /** @param prober sends the requests of `--watch` */
  constructor(facts: ContainerFacts, prober: Prober) {
    this.#facts = facts;
    this.#prober = prober;
    this.#token = facts.token;
  }

  async step(): Promise<WatchedRead | null> {
    if (this.#oldToken !== null && !this.#isTokenNew) {
      const oldToken = this.#oldToken;
      this.#oldToken = null;
      const end = parseJwtExpiration(oldToken.reveal()) ?? 0;
      if (end > this.#prober.clock.now()) {
        this.#judgeRotation(await this.#request(oldToken));
        return null;
      }
    }
    await this.#followTokenFile();
    const exchange = await this.#request(this.#token);
    if (this.#isTokenNew) this.#judgeRotation(exchange);
    this.#isTokenNew = false;
    return toWatchedRead(exchange, readDocument(exchange));
  }

  judge(): WatchedCheck[] {
    if (!findCheck(ROTATION).shapes.includes(this.#facts.options.shape)) return [];
    const failures = this.#failure === null ? [] : [this.#failure];
    return this.#rotationCount === 0
      ? [{ id: ROTATION, failures, skipReason: { code: 'TOKEN_NOT_ROTATED' } }]
      : [{ id: ROTATION, failures }];
  }

  async #followTokenFile(): Promise<void> {
    const { token, readFile = readSmallFile } = this.#facts.options;
    if (token === null || token.path === null) return;
    const text = await readFile(token.path).catch((error: unknown) => {
      throwIfLocal(error);
      return '';
    });
    const value = text.replace(/\r?\n$/, '');
    // Kubelet replaces the file atomically. Other programs can leave it empty for a moment.
    if (value === '' || !/^[\x20-\x7e]+$/.test(value) || value === this.#token?.reveal()) return;
    this.#oldToken = this.#token;
    this.#token = new Secret(value);
    this.#isTokenNew = true;
    this.#rotationCount += 1;
  }

  #judgeRotation({ number, response }: Exchange): void {
    if (response === null || response.status === 200 || this.#failure !== null) return;
    const fact = { code: 'UNEXPECTED_STATUS', status: response.status, expected: [200] } as const;
    this.#failure = { ...fact, exchange: number, effects: findCheck(ROTATION).effects };
  }

  #request(token: Secret | null): Promise<Exchange> {
    const headers = { accept: 'application/json', ...(token === null ? {} : { authorization: token }) };
    return this.#prober.send({ method: 'GET', path: this.#facts.path, headers });
  }
}

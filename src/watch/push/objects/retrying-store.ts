import { type Clock, withTimeLimit } from '../../../clock.ts';
import type { Seconds } from '../../../domain/model.ts';
import { computePauseMs, SERVER_BACKOFF } from '../../../domain/time/backoff.ts';
import {
  type ObjectStore,
  ObjectStoreUnavailable,
  type ReplacedVersion,
  type StoredObject,
} from '../../../remote/object-storage/object-store.ts';

export interface RetryOptions {
  clock: Pick<Clock, 'now' | 'sleep'>;
  random: () => number;
  /** How long a request is repeated. */
  timeout: Seconds;
}

/** Repeats requests while the store is not available. */
export class RetryingStore implements ObjectStore {
  readonly name: string;
  readonly #store: ObjectStore;
  readonly #options: RetryOptions;

  constructor(store: ObjectStore, options: RetryOptions) {
    this.name = store.name;
    this.#store = store;
    this.#options = options;
  }

  get(key: string, signal: AbortSignal): Promise<StoredObject | null> {
    return this.#repeat(signal, (limit) => this.#store.get(key, limit));
  }

  /** After a lost reply, the next attempt finds another version, and returns null. */
  put(
    key: string,
    content: Uint8Array,
    replaced: ReplacedVersion,
    signal: AbortSignal,
  ): Promise<string | null> {
    return this.#repeat(signal, (limit) => this.#store.put(key, content, replaced, limit));
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  #repeat<T>(signal: AbortSignal, request: (limit: AbortSignal) => Promise<T>): Promise<T> {
    return withTimeLimit(this.#options.timeout * 1000, signal, (limit) => this.#repeatUntil(limit, request));
  }

  async #repeatUntil<T>(limit: AbortSignal, request: (limit: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, random, timeout } = this.#options;
    const end = clock.now() + timeout * 1000;
    if (limit.aborted) throw new ObjectStoreUnavailable(`the push to ${this.name} was stopped`);
    for (let failures = 1; ; failures += 1) {
      try {
        return await request(limit);
      } catch (error) {
        const pause = computePauseMs(SERVER_BACKOFF, failures, random);
        const isLast = limit.aborted || clock.now() + pause >= end;
        if (isLast || !(error instanceof ObjectStoreUnavailable)) throw error;
        await clock.sleep(pause, limit);
      }
    }
  }
}

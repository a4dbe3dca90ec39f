import type { Instant } from '../../../domain/model.ts';
import type { Outbox, OutboxKind, OutboxRejection } from '../../../store/contract.ts';

/** What the parts of one push share. */
export class PushState {
  readonly outbox: Outbox;
  /** What was last seen before this time was deleted from the database. */
  readonly deletedBefore: Instant;
  /** The digests of series at the start of the push, by key. */
  readonly confirmedSeries: ReadonlyMap<string, string>;
  readonly #rejected: Set<string>;
  readonly #onProgress: (sent: number) => void;
  #sent = 0;

  constructor(outbox: Outbox, deletedBefore: Instant, onProgress: (sent: number) => void) {
    this.outbox = outbox;
    this.deletedBefore = deletedBefore;
    this.confirmedSeries = outbox.readDigests('series');
    this.#rejected = new Set(outbox.listRejected().map(getKey));
    this.#onProgress = onProgress;
  }

  get sent(): number {
    return this.#sent;
  }

  addSent(count: number): void {
    this.#sent += count;
    if (count > 0) this.#onProgress(this.#sent);
  }

  /** Whether the database has rejected this content before. */
  isRejected(kind: OutboxKind, key: string, digest: string): boolean {
    return this.#rejected.has(getKey({ kind, key, digest }));
  }

  reject(items: readonly OutboxRejection[]): void {
    this.outbox.reject(items);
    for (const item of items) this.#rejected.add(getKey(item));
  }
}

const getKey = ({ kind, key, digest }: Pick<OutboxRejection, 'kind' | 'key' | 'digest'>): string =>
  JSON.stringify([kind, key, digest]);

import type { Instant, SeriesIdentity } from '../../../domain/model.ts';
import type { Outbox, OutboxKind, OutboxRejection } from '../../../store/contract.ts';
import { getGenerationPrefix } from './outbox-items.ts';

/** What the parts of one push share. */
export class PushState {
  readonly outbox: Outbox;
  /** Rows that were last seen before this time are deleted, and are not sent again. */
  readonly deletedBefore: Instant;
  readonly #now: Instant;
  /** The digests of series at the start of the push, by key. */
  readonly confirmedSeries: ReadonlyMap<string, string>;
  readonly #rejected: Set<string>;
  /** The keys of the rejected generations at the start of the push. */
  readonly #rejectedGenerations: ReadonlySet<string>;
  readonly #onProgress: (sent: number) => void;
  #sent = 0;

  constructor(
    outbox: Outbox,
    { deletedBefore, now }: { deletedBefore: Instant; now: Instant },
    onProgress: (sent: number) => void,
  ) {
    this.outbox = outbox;
    this.deletedBefore = deletedBefore;
    this.#now = now;
    this.confirmedSeries = outbox.readDigests('series');
    const rejected = outbox.listRejected();
    this.#rejected = new Set(rejected.map(getKey));
    this.#rejectedGenerations = new Set(
      rejected.filter(({ kind }) => kind === 'generation').map(({ key }) => key),
    );
    this.#onProgress = onProgress;
  }

  get sent(): number {
    return this.#sent;
  }

  /**
   * The revision after a change. It is a time, so that a database that was created anew, or another database with the
   * same address, does not have the revision that the outbox knows by chance.
   */
  getNextRevision(revision: number): number {
    return Math.max(revision + 1, this.#now);
  }

  addSent(count: number): void {
    this.#sent += count;
    if (count > 0) this.#onProgress(this.#sent);
  }

  /** The number of rejected generations of a series. */
  countRejected(identity: SeriesIdentity): number {
    const prefix = getGenerationPrefix(identity);
    return [...this.#rejectedGenerations].filter((key) => key.startsWith(prefix)).length;
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

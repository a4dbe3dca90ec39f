import type { Instant } from '../../../domain/model.ts';
import { getHostSourceKey } from '../../../domain/series-key.ts';
import type { HostSource } from '../../../report/metrics/host-sources.ts';
import type { Outbox, OutboxItem } from '../../../store/contract.ts';

/** The key of the time from which on history is sent. */
const START_KEY = 'start';

/** If the clock was set back, samples can be older than the cursor. The last day is sent again. */
const REPEATED_MS = 86_400_000;

/** Up to which time the destination has the samples and failed polls of each host and source. */
export class Cursors {
  readonly #outbox: Outbox;
  readonly #now: Instant;
  readonly #positions: ReadonlyMap<string, Instant>;
  readonly #start: Instant;

  /** @param since send all samples from this time on. Null: only samples that were not sent before */
  constructor(outbox: Outbox, now: Instant, since: Instant | null) {
    this.#outbox = outbox;
    this.#now = now;
    const digests = outbox.readDigests('cursor');
    const start = digests.get(START_KEY);
    this.#start = since ?? (start === undefined ? now : Number(start));
    this.#positions = new Map(
      since === null ? [...digests].map(([key, digest]) => [key, Number(digest)] as const) : [],
    );
    if (start === undefined || Number(start) > this.#start)
      outbox.confirm([{ kind: 'cursor', key: START_KEY, digest: String(this.#start) }]);
  }

  find(hostSource: HostSource): Instant {
    const position = this.#positions.get(getHostSourceKey(hostSource)) ?? this.#start;
    return position > this.#now ? this.#now - REPEATED_MS : position;
  }

  confirm(moves: ReadonlyMap<string, Instant>): void {
    this.#outbox.confirm(toItems(moves));
  }

  /** Moves past points that the destination will never accept. */
  skip(moves: ReadonlyMap<string, Instant>, reason: string): void {
    this.#outbox.reject(toItems(moves).map((item) => ({ ...item, reason })));
  }
}

const toItems = (moves: ReadonlyMap<string, Instant>): OutboxItem[] =>
  [...moves].map(([key, at]) => ({ kind: 'cursor', key, digest: String(at) }));

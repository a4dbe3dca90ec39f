import type { Instant } from '../../domain/model.ts';
import type { SampleStore } from '../../store/sample-store.ts';

/** Where `push` sends the history of a database. */
export interface PushDestination {
  /** For messages and for the outbox, such as `postgres://db.example.com/fleet`. Contains no password. */
  readonly name: string;
  /**
   * Sends everything that the destination has not confirmed yet. Can be called again after any failure: a second
   * delivery changes nothing.
   * @throws PushInterrupted if the destination is not available; everything that was not confirmed stays in the outbox
   * @throws CredWatchError if the request cannot succeed without a change by the user
   */
  push(store: SampleStore, context: PushContext): Promise<PushResult>;
  close(): Promise<void>;
}

export interface PushContext {
  now: Instant;
  /** Ends the push. What was confirmed until then is not sent again. */
  signal: AbortSignal;
  /** Called after each confirmed part, with the number of items that were sent until now. */
  onProgress(sent: number): void;
}

/** Items are generations, days of failed polls, job runs, objects or samples of metrics. */
export interface PushResult {
  /** Sent and confirmed by this push. */
  sent: number;
  /** Rejected permanently, now or earlier. They stay in the outbox. */
  rejected: readonly RejectedItem[];
}

export interface RejectedItem {
  /** What was rejected, for messages: `generation ASIA…7QXK of host i-0abc`. */
  item: string;
  /** The message of the destination, without secrets. */
  reason: string;
}

/** The destination is not available now. A later push sends the rest. */
export class PushInterrupted extends Error {
  override readonly name = 'PushInterrupted';
  /** Sent and confirmed before the interruption. */
  readonly sent: number;

  constructor(message: string, sent: number, options?: ErrorOptions) {
    super(message, options);
    this.sent = sent;
  }
}

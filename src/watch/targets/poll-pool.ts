import type { Clock } from '../../clock.ts';
import type { SampleStore } from '../../store/sample-store.ts';
import { explainLoss, type PollContext, type RecordedPoll, recordPoll } from '../poll-once.ts';
import { PollSlots, type SlotLimits } from './poll-slots.ts';

/** A finished poll is recorded with the others of its round, but at the latest after this time. */
const MAX_WAIT_MS = 1000;

/** The reason of an abort. Not the default, because that is an error with a stack trace. */
const NOT_NEEDED = null;

interface PendingRecord {
  record: () => RecordedPoll;
  resolve(recorded: RecordedPoll): void;
  reject(error: unknown): void;
}

/**
 * Polls many targets. The polls of a round are recorded in one transaction. A slow poll delays neither the start
 * nor the record of the others.
 */
export class PollPool {
  readonly #store: Pick<SampleStore, 'writeTogether'>;
  readonly #slots: PollSlots;
  readonly #clock: Clock;
  readonly #slowSources = new WeakSet<PollContext['source']>();
  /** Polls that wait for a slot or run. */
  #unfinished = 0;
  #pending: PendingRecord[] = [];
  /** Null if no finished poll waits to be recorded. */
  #timer: AbortController | null = null;

  constructor(store: Pick<SampleStore, 'writeTogether'>, limits: SlotLimits, clock: Clock) {
    this.#store = store;
    this.#slots = new PollSlots(limits, clock);
    this.#clock = clock;
  }

  /**
   * Polls once, as `pollOnce` does.
   * @param abort aborts the poll
   * @param stop prevents a poll that has not started
   * @returns null if the poll was not started
   * @throws CredWatchError if the poll could not be recorded
   */
  async poll(context: PollContext, abort: AbortSignal, stop: AbortSignal): Promise<RecordedPoll | null> {
    const { source } = context;
    this.#unfinished += 1;
    const wasSlow = this.#slowSources.has(source);
    const finished = await this.#slots
      .run(() => source.poll(abort), wasSlow, stop)
      .catch((error: unknown) => {
        this.#finish();
        throw error;
      });
    if (finished === null) {
      this.#finish();
      return null;
    }
    if (finished.isSlow) this.#slowSources.add(source);
    else this.#slowSources.delete(source);
    return new Promise((resolve, reject) => {
      const record = () => recordPoll(context, finished.result, abort.aborted);
      this.#pending.push({ record, resolve, reject });
      this.#finish();
    });
  }

  #finish(): void {
    this.#unfinished -= 1;
    if (this.#unfinished === 0) this.#recordPending();
    else if (this.#pending.length > 0) this.#recordLater();
  }

  #recordLater(): void {
    if (this.#timer !== null) return;
    const timer = new AbortController();
    this.#timer = timer;
    void this.#clock.sleep(MAX_WAIT_MS, timer.signal).then(() => {
      if (this.#timer === timer) this.#recordPending();
    });
  }

  #recordPending(): void {
    this.#timer?.abort(NOT_NEEDED);
    this.#timer = null;
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = [];
    try {
      const recordAll = () => pending.map(({ record }) => record());
      const recorded = explainLoss('the polls were not recorded', () => this.#store.writeTogether(recordAll));
      for (const [index, each] of recorded.entries()) pending[index]?.resolve(each);
    } catch (error) {
      for (const { reject } of pending) reject(error);
    }
  }
}

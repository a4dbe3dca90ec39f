import type { Clock } from '../../clock.ts';

/** A poll that takes longer counts as slow. Working endpoints respond within milliseconds. */
const SLOW_POLL_MS = 1000;

/** The reason of an abort. Not the default, because that is an error with a stack trace. */
const NOT_NEEDED = null;

export interface SlotLimits {
  /** The maximum of concurrent polls that are not slow yet. More of them would only wait for the processor. */
  quick: number;
  /** The maximum of all concurrent polls. Each has a connection, and can read a file. */
  total: number;
}

/** The slot of a running poll. */
interface Slot {
  startedAt: number;
}

interface WaitingPoll {
  wasSlow: boolean;
  start(slot: Slot | null): void;
}

/**
 * Limits the number of concurrent polls. Slow polls have slots of their own, at most half of all, so that they
 * do not delay the others.
 */
export class PollSlots {
  readonly #limits: SlotLimits;
  readonly #clock: Clock;
  /** The slots of polls that are not slow yet, the oldest first. */
  readonly #quick = new Set<Slot>();
  readonly #slow = new Set<Slot>();
  readonly #waiting = new Set<WaitingPoll>();
  /** Null while no poll waits for a slot. */
  #timer: AbortController | null = null;

  constructor(limits: SlotLimits, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /**
   * Runs `poll` as soon as a slot is free.
   * @param wasSlow the last poll of the same target was slow
   * @returns the result, and whether this poll was slow. Null if `stop` was aborted before the start
   */
  async run<T>(
    poll: () => Promise<T>,
    wasSlow: boolean,
    stop: AbortSignal,
  ): Promise<{ result: T; isSlow: boolean } | null> {
    if (stop.aborted) return null;
    // A poll that can start at once needs no promise.
    const slot = this.#isFree(wasSlow) ? this.#take(wasSlow) : await this.#waitForSlot(wasSlow, stop);
    if (slot === null) return null;
    try {
      const result = await poll();
      return { result, isSlow: this.#clock.now() - slot.startedAt >= SLOW_POLL_MS };
    } finally {
      this.#quick.delete(slot);
      this.#slow.delete(slot);
      this.#startWaiting();
    }
  }

  #isFree(wasSlow: boolean): boolean {
    const { quick, total } = this.#limits;
    if (this.#quick.size + this.#slow.size >= total) return false;
    return wasSlow ? this.#slow.size < total / 2 : this.#quick.size < quick;
  }

  #take(isSlow: boolean): Slot {
    const slot = { startedAt: this.#clock.now() };
    (isSlow ? this.#slow : this.#quick).add(slot);
    return slot;
  }

  #waitForSlot(wasSlow: boolean, stop: AbortSignal): Promise<Slot | null> {
    return new Promise((resolve) => {
      const giveUp = () => start(null);
      const start = (slot: Slot | null) => {
        this.#waiting.delete(waiting);
        stop.removeEventListener('abort', giveUp);
        resolve(slot);
      };
      const waiting = { wasSlow, start };
      this.#waiting.add(waiting);
      stop.addEventListener('abort', giveUp);
      this.#moveSlowPolls();
    });
  }

  #startWaiting(): void {
    for (const { wasSlow, start } of this.#waiting) {
      if (this.#isFree(wasSlow)) start(this.#take(wasSlow));
    }
    this.#moveSlowPolls();
  }

  /** While polls wait for a slot, moves each quick poll to the slow ones when it has become slow. */
  #moveSlowPolls(): void {
    const [oldest] = this.#quick;
    if (this.#waiting.size === 0 || oldest === undefined) {
      this.#timer?.abort(NOT_NEEDED);
      this.#timer = null;
      return;
    }
    if (this.#timer !== null) return;
    const timer = new AbortController();
    this.#timer = timer;
    const left = oldest.startedAt + SLOW_POLL_MS - this.#clock.now();
    void this.#clock.sleep(left, timer.signal).then(() => {
      if (timer.signal.aborted) return;
      this.#timer = null;
      for (const slot of this.#quick) {
        if (this.#clock.now() - slot.startedAt < SLOW_POLL_MS) break;
        this.#quick.delete(slot);
        this.#slow.add(slot);
      }
      this.#startWaiting();
    });
  }
}

import type { Instant, Seconds } from '../../domain/model.ts';
import { floorToSecond } from '../../domain/time/instant.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface RotationTiming {
  /** Validity when issued. */
  lifetime: Seconds;
  rotateEvery: Seconds;
  /** A rotation happens up to this much early or late. Less than half of `rotateEvery`. */
  jitter: Seconds;
}

/** The times of one set of credentials. Both instants are whole seconds. */
export interface ScheduledCredentials {
  /** Unique within a schedule. */
  id: string;
  issuedAt: Instant;
  expiration: Instant;
}

interface ServedPeriod {
  /** 0 for the set that is served at the start. */
  number: number;
  from: Instant;
  to: Instant;
}

/**
 * Computes when credentials rotate. Rotation k happens k intervals after the start, plus its own jitter. No
 * rotation depends on an earlier one, so any time can be computed directly.
 */
export class RotationSchedule {
  readonly #timing: RotationTiming;
  readonly #startedAt: Instant;
  readonly #randomness: SeededRandom;
  /** Cache: consecutive requests nearly always fall into the same period. */
  #lastPeriod: ServedPeriod = { number: 0, from: 0, to: 0 };

  constructor(timing: RotationTiming, startedAt: Instant, randomness: SeededRandom) {
    this.#timing = timing;
    this.#startedAt = floorToSecond(startedAt);
    this.#randomness = randomness;
  }

  /** The set that is served at `time`, or `offset` sets earlier. */
  findServedAt(time: Instant, offset = 0): ScheduledCredentials {
    if (time < this.#lastPeriod.from || time >= this.#lastPeriod.to)
      this.#lastPeriod = this.#findPeriod(time);
    const number = this.#lastPeriod.number - offset;
    return this.#createSet(`${number}`, offset === 0 ? this.#lastPeriod.from : this.#computeRotation(number));
  }

  #findPeriod(time: Instant): ServedPeriod {
    const unjittered = Math.floor((time - this.#startedAt) / (this.#timing.rotateEvery * 1000));
    // Jitter is less than half an interval, so only the neighbours are possible.
    const candidates = [unjittered + 1, unjittered];
    const number = candidates.find((each) => this.#computeRotation(each) <= time) ?? unjittered - 1;
    return { number, from: this.#computeRotation(number), to: this.#computeRotation(number + 1) };
  }

  /** A set that was issued at `time` outside the schedule. */
  createUnscheduled(id: string, time: Instant): ScheduledCredentials {
    return this.#createSet(id, floorToSecond(time));
  }

  /** A set that expired `age` before `time`. */
  createExpired(time: Instant, age: Seconds): ScheduledCredentials {
    return this.createUnscheduled(`expired-${time}-${age}`, time - (this.#timing.lifetime + age) * 1000);
  }

  #createSet(id: string, issuedAt: Instant): ScheduledCredentials {
    return { id, issuedAt, expiration: issuedAt + this.#timing.lifetime * 1000 };
  }

  /** When set `number` replaces the one before. Set 0 is served from the start, without jitter. */
  #computeRotation(number: number): Instant {
    const { rotateEvery, jitter } = this.#timing;
    const shift =
      number === 0 || jitter === 0
        ? 0
        : Math.round((this.#randomness.fraction(`rotation ${number}`) * 2 - 1) * jitter);
    return this.#startedAt + (number * rotateEvery + shift) * 1000;
  }
}

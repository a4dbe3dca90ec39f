import type { Instant, Seconds } from '../../domain/model.ts';
import type { SeededRandom } from './seeded-random.ts';

export interface RotationTiming {
  /** Validity when issued. */
  lifetime: Seconds;
  rotateEvery: Seconds;
  /** A rotation comes up to this much before or after its time; less than half of `rotateEvery`. */
  jitter: Seconds;
}

/** One set of credentials as the schedule knows it. Both instants are whole seconds. */
export interface ScheduledCredentials {
  /** What tells it from every other one of this run. */
  id: string;
  issuedAt: Instant;
  expiration: Instant;
}

interface Turn {
  number: number;
  from: Instant;
  to: Instant;
}

/**
 * When credentials are replaced. Rotation k comes k intervals after the start, moved by its own jitter: no moment
 * depends on the one before, so that any time can be asked for, in any order, at once.
 */
export class RotationSchedule {
  readonly #pace: RotationTiming;
  readonly #startedAt: Instant;
  readonly #randomness: SeededRandom;
  /** The turn that was asked for last, which is nearly always the one that is asked for next. */
  #now: Turn = { number: 0, from: 0, to: 0 };

  constructor(pace: RotationTiming, startedAt: Instant, randomness: SeededRandom) {
    this.#pace = pace;
    this.#startedAt = Math.floor(startedAt / 1000) * 1000;
    this.#randomness = randomness;
  }

  /** What the source hands out at `time`; `back` = 1 is the set before that one. */
  findServedAt(time: Instant, back = 0): ScheduledCredentials {
    if (time < this.#now.from || time >= this.#now.to) this.#now = this.#turn(time);
    const number = this.#now.number - back;
    return this.#issue(`${number}`, back === 0 ? this.#now.from : this.#moment(number));
  }

  /** Which set is served at `time`, from when and until when. */
  #turn(time: Instant): Turn {
    const usual = Math.floor((time - this.#startedAt) / (this.#pace.rotateEvery * 1000));
    const number = [usual + 1, usual, usual - 1].find((each) => this.#moment(each) <= time)!;
    return { number, from: this.#moment(number), to: this.#moment(number + 1) };
  }

  /** Issued at `time` and nowhere on the schedule. */
  createUnscheduled(name: string, time: Instant): ScheduledCredentials {
    return this.#issue(name, Math.floor(time / 1000) * 1000);
  }

  /** A set that expired `age` before `time`. */
  createExpired(time: Instant, age: Seconds): ScheduledCredentials {
    return this.createUnscheduled(`expired-${time}-${age}`, time - (this.#pace.lifetime + age) * 1000);
  }

  #issue(name: string, issuedAt: Instant): ScheduledCredentials {
    return { id: name, issuedAt, expiration: issuedAt + this.#pace.lifetime * 1000 };
  }

  /** The first set is there from the start. */
  #moment(number: number): Instant {
    const { rotateEvery, jitter } = this.#pace;
    const early =
      number === 0 || jitter === 0
        ? 0
        : Math.round((this.#randomness.fraction(`rotation ${number}`) * 2 - 1) * jitter);
    return this.#startedAt + (number * rotateEvery + early) * 1000;
  }
}

import type { Instant } from '../../domain/model.ts';
import type { ActiveFaults } from '../faults/fault-plan.ts';
import { createFalseCredentials, type FalseCredentials } from './false-credentials.ts';
import type { RotationSchedule, ScheduledCredentials } from './rotation-schedule.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Enough for every receiver's current set and those that faults bring back. */
const KEPT = 64;

/** Hands out what the schedule says, or what faults make of it. */
export class CredentialIssuer {
  readonly #schedule: RotationSchedule;
  readonly #randomness: SeededRandom;
  readonly #made = new Map<string, FalseCredentials>();
  #requests = 0;
  readonly #turns = new Map<string, number>();

  constructor(schedule: RotationSchedule, randomness: SeededRandom) {
    this.#schedule = schedule;
    this.#randomness = randomness;
  }

  /** IMDSv1 and v2, and each shape, are receivers of their own. */
  issue(receiver: string, now: Instant, faults: ActiveFaults): FalseCredentials {
    const issue = this.#issue(receiver, now, faults);
    const key = `${receiver} ${issue.id}`;
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const made = createFalseCredentials(issue, receiver, this.#randomness);
    if (this.#made.size >= KEPT) this.#made.clear();
    this.#made.set(key, made);
    return made;
  }

  #issue(receiver: string, now: Instant, faults: ActiveFaults): ScheduledCredentials {
    this.#requests += 1;
    const expired = faults.get('expired');
    if (expired !== undefined) return this.#schedule.createExpired(faults.since('expired'), expired.age);
    if (faults.get('renew') !== undefined)
      return this.#schedule.createUnscheduled(`request-${this.#requests}`, now);
    const time = faults.get('frozen') === undefined ? now : Math.min(now, faults.since('frozen'));
    return this.#schedule.findServedAt(
      time,
      faults.get('alternate') === undefined ? 0 : this.#turn(receiver),
    );
  }

  /** 0 and 1 in turns, for each receiver: who asks for two kinds of documents is to see both sets of each. */
  #turn(receiver: string): number {
    const turn = this.#turns.get(receiver) ?? 0;
    this.#turns.set(receiver, 1 - turn);
    return turn;
  }
}

import type { Instant, Seconds } from '../../domain/model.ts';
import { Cache } from '../cache.ts';
import type { CredentialsIssuer } from '../endpoint-state.ts';
import type { RequestFaults } from '../faults/fault-plan.ts';
import type { ServedCredentials } from '../served-credentials.ts';
import { createFalseCredentials } from './false-credentials.ts';
import type { RotationSchedule, ScheduledCredentials } from './rotation-schedule.ts';
import type { SeededRandom } from './seeded-random.ts';

/** Issues the credentials of the schedule, and applies the faults that change which set is served. */
export class CredentialIssuer implements CredentialsIssuer {
  readonly #schedule: RotationSchedule;
  readonly #randomness: SeededRandom;
  readonly #role: string;
  readonly #cache = new Cache<string, ServedCredentials>();
  #requestCount = 0;
  /** For `alternate`: how many sets back each receiver gets next, 0 or 1. */
  readonly #nextOffset = new Map<string, number>();

  constructor(schedule: RotationSchedule, randomness: SeededRandom, role: string) {
    this.#schedule = schedule;
    this.#randomness = randomness;
    this.#role = role;
  }

  /** @param receiver IMDSv1, IMDSv2 or another shape; each receiver has its own sets of credentials */
  issue(receiver: string, now: Instant, faults: RequestFaults): ServedCredentials {
    const scheduled = this.#select(receiver, now, faults);
    const key = `${receiver} ${scheduled.id}`;
    const cached = this.#cache.get(key);
    if (cached !== undefined) return cached;
    const credentials = createFalseCredentials(scheduled, receiver, this.#randomness, this.#role);
    this.#cache.set(key, credentials);
    return credentials;
  }

  /** Never needed: a simulation always has credentials. */
  getRetryAfter(): Seconds {
    return 1;
  }

  #select(receiver: string, now: Instant, faults: RequestFaults): ScheduledCredentials {
    this.#requestCount += 1;
    const expired = faults.get('expired');
    if (expired !== null) return this.#schedule.createExpired(expired.since, expired.seconds);
    if (faults.has('renew')) return this.#schedule.createUnscheduled(`request-${this.#requestCount}`, now);
    const frozenSince = faults.get('frozen')?.since ?? now;
    const offset = faults.has('alternate') ? this.#alternate(receiver) : 0;
    return this.#schedule.findServedAt(Math.min(now, frozenSince), offset);
  }

  /** Alternates per receiver. Otherwise a client that reads two kinds of documents would see one set of each. */
  #alternate(receiver: string): number {
    const offset = this.#nextOffset.get(receiver) ?? 0;
    this.#nextOffset.set(receiver, 1 - offset);
    return offset;
  }
}

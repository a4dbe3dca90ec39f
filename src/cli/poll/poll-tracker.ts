import { correctTime, findLaterTime } from '../../domain/measurement/generations.ts';
import type { Instant, Seconds } from '../../domain/model.ts';
import { secondsBetween } from '../../domain/time/instant.ts';
import type {
  Failing,
  NewCredentialsKind,
  PollCounts,
  PollingState,
} from '../../report/messages/polling/polling.ts';
import type { PolledCredentials } from '../../sources/source.ts';
import type { RecordedPoll } from '../../watch/poll-once.ts';
import type { PolledSeries } from '../../watch/polled-state.ts';
import { createNewTextCheck } from '../process/messages.ts';

/** What a poll changed. */
export type PollEvent =
  | { code: 'FAILED'; isNewReason: boolean }
  /** `failedSince`: null if the poll before it succeeded. `kind`: null if the credentials are known. */
  | {
      code: 'RECORDED';
      failedSince: Instant | null;
      kind: NewCredentialsKind | null;
      leadTime: Seconds | null;
    };

/** Follows the polls of one process. */
export class PollTracker {
  readonly counts: PollCounts = { polls: 0, failed: 0, rotations: 0 };
  readonly #isNewKey = createNewTextCheck();
  #last: { role: string; outcome: PolledCredentials } | null = null;
  #failing: Failing | null = null;
  #polled: PolledSeries | null = null;

  /** The host and source of the newest sample. Null without a sample. */
  get polled(): PolledSeries | null {
    return this.#polled;
  }

  get state(): Omit<PollingState, 'now' | 'nextPollAt' | 'interval'> {
    const expiresAt = this.#last && findHostExpiration(this.#last.outcome);
    return { ...this.counts, expiresAt, failing: this.#failing };
  }

  onPoll({ outcome, identity, isStarting }: RecordedPoll): PollEvent {
    this.counts.polls += 1;
    const failedBefore = this.#failing;
    if (!outcome.ok) {
      const { reason, observedAt } = outcome;
      this.#failing = { since: failedBefore?.since ?? observedAt, reason };
      if (!isStarting) this.counts.failed += 1;
      return { code: 'FAILED', isNewReason: reason !== failedBefore?.reason };
    }
    this.#failing = null;
    const before = this.#last;
    this.#last = { role: identity.role, outcome };
    this.#polled = { host: identity.host, source: identity.source };
    const event = { code: 'RECORDED', failedSince: failedBefore?.since ?? null } as const;
    if (!this.#isNewKey(identifyCredentials(outcome))) return { ...event, kind: null, leadTime: null };
    if (before === null) return { ...event, kind: 'first', leadTime: null };
    if (before.role !== identity.role) return { ...event, kind: 'new-role', leadTime: null };
    this.counts.rotations += 1;
    return { ...event, kind: 'rotation', leadTime: computeLeadTime(before.outcome, outcome) };
  }
}

const identifyCredentials = ({ credentials }: PolledCredentials): string => {
  const { accessKeyId, lastUpdated, expiration } = credentials;
  return accessKeyId === '' ? `${lastUpdated} ${expiration}` : accessKeyId;
};

/** By the later time of both clocks, so that a wrong `Date` header does not make credentials last longer. */
const findHostExpiration = ({ observedAt, clockOffset, credentials }: PolledCredentials): Instant =>
  credentials.expiration - Math.max(0, correctTime({ observedAt, clockOffset }) - observedAt);

/** How long the replaced credentials were still valid: at `LastUpdated` of the new ones, else at their first sample. */
function computeLeadTime(before: PolledCredentials, after: PolledCredentials): Seconds {
  const { lastUpdated } = after.credentials;
  const isDated = lastUpdated !== null && lastUpdated >= before.observedAt && lastUpdated <= after.observedAt;
  const at = isDated ? lastUpdated : findLaterTime(after);
  return secondsBetween(at, before.credentials.expiration);
}

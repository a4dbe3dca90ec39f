import type { Instant } from '../../domain/model.ts';
import type { SeededRandom } from '../credentials/seeded-random.ts';
import type { FaultEffect, FaultKind } from './fault-definitions.ts';
import type { Fault } from './parse-fault.ts';

/** A fault that applies to a request. `since` is when the fault began. */
export type ActiveFault = FaultEffect & { since: Instant };

type ActiveFaultOfKind<K extends FaultKind> = Extract<ActiveFault, { kind: K }>;

/** The faults that apply to one request. */
export class RequestFaults {
  readonly #faults: readonly ActiveFault[];

  constructor(faults: readonly ActiveFault[]) {
    this.#faults = faults;
  }

  has(kind: FaultKind): boolean {
    return this.#faults.some((fault) => fault.kind === kind);
  }

  /** The last fault of this kind, because the last of repeated flags wins. Null if none applies. */
  get<K extends FaultKind>(kind: K): ActiveFaultOfKind<K> | null {
    return this.#faults.findLast((fault): fault is ActiveFaultOfKind<K> => fault.kind === kind) ?? null;
  }

  getAll<K extends FaultKind>(kind: K): ActiveFaultOfKind<K>[] {
    return this.#faults.filter((fault): fault is ActiveFaultOfKind<K> => fault.kind === kind);
  }
}

export const NO_FAULTS = new RequestFaults([]);

/** Decides which faults apply to which request. The same seed and order of requests give the same faults. */
export class FaultPlan {
  readonly #faults: readonly PlannedFault[];
  readonly #startedAt: Instant;
  readonly #randomness: SeededRandom;

  constructor(faults: readonly Fault[], startedAt: Instant, randomness: SeededRandom) {
    this.#faults = faults.map((fault, index) => ({
      ...fault,
      index,
      matches: createMatcher(fault.path),
      matchCount: 0,
      appliedCount: 0,
      bucket: null,
    }));
    this.#startedAt = startedAt;
    this.#randomness = randomness;
  }

  /** Selects the faults for a request and counts the request. `path` is without its query. */
  selectFaults(path: string, now: Instant): RequestFaults {
    const elapsed = now - this.#startedAt;
    const active: ActiveFault[] = [];
    for (const fault of this.#faults) {
      const { from, until, matches, effect } = fault;
      if (elapsed < from || (until !== null && elapsed >= until) || !matches(path)) continue;
      // Only the first response fault applies. The others do not count this request towards their `times`.
      if (active.some((other) => isConflict(other, effect)) || !this.#applies(fault, now)) continue;
      active.push({ ...effect, since: this.#startedAt + from });
    }
    return active.length === 0 ? NO_FAULTS : new RequestFaults(active);
  }

  #applies(fault: PlannedFault, now: Instant): boolean {
    if (fault.times !== null && fault.appliedCount >= fault.times) return false;
    fault.matchCount += 1;
    const label = `fault ${fault.index} request ${fault.matchCount}`;
    if (fault.share < 1 && this.#randomness.fraction(label) >= fault.share) return false;
    if (fault.effect.kind === 'throttle' && !exceedsRate(fault, fault.effect.perSecond, now)) return false;
    fault.appliedCount += 1;
    return true;
  }
}

interface PlannedFault extends Fault {
  index: number;
  matches: (path: string) => boolean;
  matchCount: number;
  appliedCount: number;
  /** The token bucket of a throttle; null before the first request. */
  bucket: { tokens: number; at: Instant } | null;
}

/** Kinds that replace the whole response. */
const RESPONSE_KINDS = new Set<FaultKind>([
  'status',
  'reset',
  'truncate',
  'malformed',
  'empty',
  'body',
  'redirect',
  'throttle',
]);

/** Two faults conflict if both replace the response. A status fault and a body fault combine. */
function isConflict(one: FaultEffect, other: FaultEffect): boolean {
  const kinds = new Set([one.kind, other.kind]);
  if (kinds.has('status') && kinds.has('body')) return false;
  return replacesResponse(one) && replacesResponse(other);
}

const replacesResponse = (effect: FaultEffect) =>
  RESPONSE_KINDS.has(effect.kind) || (effect.kind === 'stall' && effect.milliseconds === null);

/** Burst size divided by the rate. The ECS agent allows a burst of 60 at 40 requests per second. */
const BURST = 1.5;

/** Takes a token from the bucket of a throttle. Returns true if the bucket is empty. */
function exceedsRate(fault: PlannedFault, perSecond: number, now: Instant): boolean {
  const size = Math.max(1, perSecond * BURST);
  const { tokens, at } = fault.bucket ?? { tokens: size, at: now };
  const filled = Math.min(size, tokens + (Math.max(0, now - at) / 1000) * perSecond);
  fault.bucket = { tokens: filled >= 1 ? filled - 1 : filled, at: now };
  return filled < 1;
}

function createMatcher(pattern: string | null): (path: string) => boolean {
  if (pattern === null) return () => true;
  const literals = pattern.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${literals.join('.*')}$`, 's');
  return (path) => expression.test(path);
}

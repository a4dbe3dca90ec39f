import type { Instant } from '../../domain/model.ts';
import type { SeededRandom } from '../credentials/seeded-random.ts';
import type { Fault, FaultEffect, FaultKind } from './fault.ts';

type Effect<K extends FaultKind> = Extract<FaultEffect, { kind: K }>;

/** What strikes one request. */
export class ActiveFaults {
  readonly #struck: readonly { effect: FaultEffect; since: Instant }[];

  constructor(struck: readonly { effect: FaultEffect; since: Instant }[]) {
    this.#struck = struck;
  }

  /** Of several the last one, as with flags. */
  get<K extends FaultKind>(kind: K): Effect<K> | undefined {
    return this.#struck.findLast(({ effect }) => effect.kind === kind)?.effect as Effect<K> | undefined;
  }

  all<K extends FaultKind>(kind: K): Effect<K>[] {
    return this.#struck.filter(({ effect }) => effect.kind === kind).map(({ effect }) => effect as Effect<K>);
  }

  /** When the fault began, which is when frozen credentials froze. */
  since(kind: FaultKind): Instant {
    return this.#struck.findLast(({ effect }) => effect.kind === kind)!.since;
  }
}

export const NO_FAULTS = new ActiveFaults([]);

/** Which faults strike when. The same seed and order of requests give the same faults. */
export class FaultPlan {
  readonly #faults: readonly PlannedFault[];
  readonly #startedAt: Instant;
  readonly #randomness: SeededRandom;

  constructor(faults: readonly Fault[], startedAt: Instant, randomness: SeededRandom) {
    this.#faults = faults.map((fault) => ({
      ...fault,
      matches: matcher(fault.path),
      seen: 0,
      struck: 0,
      bucket: null,
    }));
    this.#startedAt = startedAt;
    this.#randomness = randomness;
  }

  /** Nothing will ever strike. */
  get isEmpty(): boolean {
    return this.#faults.length === 0;
  }

  /** `path` is without its query. Counts the request. */
  selectFaults(path: string, now: Instant): ActiveFaults {
    if (this.isEmpty) return NO_FAULTS;
    const elapsed = now - this.#startedAt;
    const struck: { effect: FaultEffect; since: Instant }[] = [];
    for (const fault of this.#faults) {
      const { from, until, matches, effect } = fault;
      if (elapsed < from || (until !== null && elapsed >= until) || !matches(path)) continue;
      // Of those that would answer the first one does, and the others keep their times for later.
      if (struck.some((other) => exclude(other.effect, effect)) || !this.#isHit(fault, now)) continue;
      struck.push({ effect, since: this.#startedAt + from });
    }
    return struck.length === 0 ? NO_FAULTS : new ActiveFaults(struck);
  }

  #isHit(fault: PlannedFault, now: Instant): boolean {
    if (fault.times !== null && fault.struck >= fault.times) return false;
    fault.seen += 1;
    const label = `fault ${this.#faults.indexOf(fault)} request ${fault.seen}`;
    if (fault.share < 1 && this.#randomness.fraction(label) >= fault.share) return false;
    if (fault.effect.kind === 'throttle' && !isOverflowing(fault, fault.effect.perSecond, now)) return false;
    fault.struck += 1;
    return true;
  }
}

interface PlannedFault extends Fault {
  matches: (path: string) => boolean;
  seen: number;
  struck: number;
  bucket: { tokens: number; at: Instant } | null;
}

/** Kinds that stand in place of the answer. */
const ANSWERING = new Set<FaultKind>([
  'status',
  'reset',
  'truncate',
  'malformed',
  'empty',
  'body',
  'redirect',
  'throttle',
]);

/** A status may have its body chosen. */
function exclude(one: FaultEffect, other: FaultEffect): boolean {
  const kinds = new Set([one.kind, other.kind]);
  if (kinds.has('status') && kinds.has('body')) return false;
  return isAnswering(one) && isAnswering(other);
}

const isAnswering = (effect: FaultEffect) =>
  ANSWERING.has(effect.kind) || (effect.kind === 'stall' && effect.milliseconds === null);

/** Burst for each request a second: the ECS agent takes 60 at 40. */
const BURST = 1.5;

/** A token bucket: true when this request finds it empty. */
function isOverflowing(fault: PlannedFault, perSecond: number, now: Instant): boolean {
  const size = Math.max(1, perSecond * BURST);
  const { tokens, at } = fault.bucket ?? { tokens: size, at: now };
  const filled = Math.min(size, tokens + (Math.max(0, now - at) / 1000) * perSecond);
  fault.bucket = { tokens: filled >= 1 ? filled - 1 : filled, at: now };
  return filled < 1;
}

function matcher(path: string | null): (path: string) => boolean {
  if (path === null) return () => true;
  const pattern = path.split('*').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const expression = new RegExp(`^${pattern.join('.*')}$`, 's');
  return (each) => expression.test(each);
}

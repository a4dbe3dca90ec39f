import { tzOffset } from '@date-fns/tz/tzOffset';
import type { Instant, Sample, Seconds } from '../../domain/model.ts';

const OFFSET = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?$/i;

/** Offsets change only at multiples of 15 minutes. */
const QUARTER_HOUR_MS = 900_000;

/** Zones change their offset less often than once per day. */
const DAY_MS = 86_400_000;

/**
 * Converts a local time, given as if it were UTC. An hour that occurs twice in autumn means its first
 * occurrence.
 */
export type LocalTimeConverter = (localTime: Instant) => Instant;

/**
 * @param zone `UTC`, `local`, an offset (`-05:00`) or an IANA name (`America/New_York`)
 * @returns null for an unknown zone
 */
export function createLocalTimeConverter(zone: string): LocalTimeConverter | null {
  if (/^(UTC|GMT|Z)$/i.test(zone)) return (localTime) => localTime;
  const offset = parseOffset(zone);
  if (offset !== null) return (localTime) => localTime - offset * 1000;
  const name = zone === 'local' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
  if (!isZoneName(name)) return null;
  let known = { quarter: Number.NaN, shift: 0 };
  return (localTime) => {
    const quarter = Math.floor(localTime / QUARTER_HOUR_MS) * QUARTER_HOUR_MS;
    if (quarter !== known.quarter) known = { quarter, shift: quarter - toInstantIn(name, quarter) };
    return localTime - known.shift;
  };
}

/**
 * `TZDate` depends on the machine's own zone if the hour occurs twice.
 * @param local a local time, given as if it were UTC
 */
function toInstantIn(zone: string, local: Instant): Instant {
  const offsetAt = (instant: Instant) => tzOffset(zone, new Date(instant)) * 60_000;
  const [before, after] = [offsetAt(local - DAY_MS), offsetAt(local + DAY_MS)];
  const isBeforeChange = offsetAt(local - before) === before;
  const isAfterChange = offsetAt(local - after) === after;
  // An hour that is skipped in spring means the time before the change.
  return local - (isAfterChange && !isBeforeChange ? after : before);
}

function parseOffset(zone: string): Seconds | null {
  const match = OFFSET.exec(zone);
  if (match === null) return null;
  const [hours, minutes] = [Number(match[2]), Number(match[3] ?? 0)];
  if (hours > 14 || minutes > 59) return null;
  return (match[1] === '-' ? -1 : 1) * (hours * 3600 + minutes * 60);
}

function isZoneName(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return /^[A-Za-z]/.test(name);
  } catch {
    return false;
  }
}

/** The timestamps of a log contradict its documents. */
export interface ZoneConflict {
  /**
   * `early`: a sample precedes its `LastUpdated`. `late`: all rotations were seen long after `LastUpdated`.
   */
  kind: 'early' | 'late';
  /** The size of the contradiction. */
  seconds: Seconds;
  /** The zone without a contradiction, as a value for `--timezone`; null if there is none. */
  suggestedZone: string | null;
}

/** A smaller contradiction is a clock error, not a wrong zone. */
const CLOCK_SLACK_MS = 60_000;

/** No known endpoint serves old credentials for this long after every rotation. */
const MAX_LAG_MS = 900_000;

const HOUR_MS = 3_600_000;

/** From +14:00 to -14:00. Whole hours come before quarters, and small offsets before large ones. */
const ZONE_OFFSETS_MS = Array.from(
  { length: 28 * 4 + 1 },
  (_, index) => 14 * HOUR_MS - index * QUARTER_HOUR_MS,
)
  .sort((a, b) => Math.abs(a) - Math.abs(b))
  .sort((a, b) => Number(a % HOUR_MS !== 0) - Number(b % HOUR_MS !== 0));

/** Checks the timestamps of one log against its documents. Add the samples in the order of the lines. */
export class ZoneCheck {
  /** The smallest correction (ms) after which no sample precedes its `LastUpdated`. */
  #minShift = Number.NEGATIVE_INFINITY;
  /** The largest correction (ms) after which at least one rotation was seen when it happened. */
  #maxShift = Number.NEGATIVE_INFINITY;
  #previous: Sample | null = null;

  add(sample: Sample): void {
    const { lastUpdated, observedAt } = sample;
    if (lastUpdated === null) return;
    this.#minShift = Math.max(this.#minShift, lastUpdated - observedAt);
    const before = this.#previous;
    if (before !== null && before.lastUpdated !== null && lastUpdated > before.lastUpdated) {
      this.#maxShift = Math.max(this.#maxShift, lastUpdated - before.observedAt);
    }
    this.#previous = sample;
  }

  findConflict(): ZoneConflict | null {
    const isEarly = this.#minShift > CLOCK_SLACK_MS;
    const isLate = this.#maxShift > Number.NEGATIVE_INFINITY && this.#maxShift < -MAX_LAG_MS;
    if (!isEarly && !isLate) return null;
    return {
      kind: isEarly ? 'early' : 'late',
      seconds: Math.floor((isEarly ? this.#minShift : -this.#maxShift) / 1000),
      suggestedZone: this.#findAgreeingZone(),
    };
  }

  #findAgreeingZone(): string | null {
    const latest = this.#maxShift > Number.NEGATIVE_INFINITY ? this.#maxShift : this.#minShift + HOUR_MS;
    const offset = ZONE_OFFSETS_MS.find(
      (each) => -each >= this.#minShift - CLOCK_SLACK_MS && -each <= latest + CLOCK_SLACK_MS,
    );
    return offset === undefined ? null : formatOffset(offset / 1000);
  }
}

function formatOffset(offset: Seconds): string {
  const minutes = Math.abs(offset) / 60;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

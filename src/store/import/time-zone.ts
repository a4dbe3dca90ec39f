import { TZDate } from '@date-fns/tz';
import type { Instant, Sample, Seconds } from '../../domain/model.ts';

const OFFSET = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?$/i;

/** Offsets change only at multiples of 15 minutes, so one lookup per quarter of an hour is enough. */
const QUARTER_HOUR_MS = 900_000;

/**
 * Returns a function that converts a local time, given as if it were UTC. An hour that occurs twice in autumn
 * means its first occurrence.
 * @param zone `UTC`, `local`, an offset (`-05:00`) or an IANA name (`America/New_York`)
 * @returns null for an unknown zone
 */
export function createLocalTimeConverter(zone: string): ((localTime: Instant) => Instant) | null {
  if (/^(UTC|GMT|Z)$/i.test(zone)) return (localTime) => localTime;
  const offset = parseOffset(zone);
  if (offset !== null) return (localTime) => localTime - offset * 1000;
  const name = zone === 'local' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
  if (!isZoneName(name)) return null;
  const offsets = new Map<number, number>();
  return (localTime) => {
    const quarter = Math.floor(localTime / QUARTER_HOUR_MS);
    let shift = offsets.get(quarter);
    if (shift === undefined) {
      const local = new Date(quarter * QUARTER_HOUR_MS);
      const instant = new TZDate(
        local.getUTCFullYear(),
        local.getUTCMonth(),
        local.getUTCDate(),
        local.getUTCHours(),
        local.getUTCMinutes(),
        name,
      ).getTime();
      shift = quarter * QUARTER_HOUR_MS - instant;
      offsets.set(quarter, shift);
    }
    return localTime - shift;
  };
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

const LARGEST_ZONE_OFFSET_MS = 14 * 3_600_000;

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

  /** Prefers whole hours to quarters, and small offsets to large ones. */
  #findAgreeingZone(): string | null {
    const latest = this.#maxShift > Number.NEGATIVE_INFINITY ? this.#maxShift : this.#minShift + 3_600_000;
    const shifts: number[] = [];
    for (let shift = -LARGEST_ZONE_OFFSET_MS; shift <= LARGEST_ZONE_OFFSET_MS; shift += QUARTER_HOUR_MS) {
      if (shift >= this.#minShift - CLOCK_SLACK_MS && shift <= latest + CLOCK_SLACK_MS) shifts.push(shift);
    }
    const isWhole = (shift: number) => shift % 3_600_000 === 0;
    const [best] = shifts.sort(
      (a, b) => Number(isWhole(b)) - Number(isWhole(a)) || Math.abs(a) - Math.abs(b),
    );
    return best === undefined ? null : formatOffset(-best / 1000);
  }
}

function formatOffset(offset: Seconds): string {
  const minutes = Math.abs(offset) / 60;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

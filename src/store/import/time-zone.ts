import { TZDate } from '@date-fns/tz';
import type { Instant, Sample, Seconds } from '../../domain/model.ts';

const OFFSET = /^(?:UTC|GMT)?([+-])(\d{1,2})(?::?(\d\d))?$/i;

/** Zones change their offset at quarters of an hour: one look-up serves the whole quarter. */
const QUARTER = 900_000;

/**
 * From a wall time in a zone, given as if it were UTC, to the moment it names. Knows `UTC`, `local`, offsets
 * (`-05:00`) and IANA names (`America/New_York`); null for anything else. Of the hour that a clock shows twice in
 * autumn the first is meant.
 */
export function createLocalTimeConverter(zone: string): ((wallTime: Instant) => Instant) | null {
  if (/^(UTC|GMT|Z)$/i.test(zone)) return (wallTime) => wallTime;
  const offset = parseOffset(zone);
  if (offset !== null) return (wallTime) => wallTime - offset * 1000;
  const name = zone === 'local' ? new Intl.DateTimeFormat().resolvedOptions().timeZone : zone;
  if (!isZoneName(name)) return null;
  const offsets = new Map<number, number>();
  return (wallTime) => {
    const quarter = Math.floor(wallTime / QUARTER);
    let shift = offsets.get(quarter);
    if (shift === undefined) {
      const wall = new Date(quarter * QUARTER);
      const instant = new TZDate(
        wall.getUTCFullYear(),
        wall.getUTCMonth(),
        wall.getUTCDate(),
        wall.getUTCHours(),
        wall.getUTCMinutes(),
        name,
      ).getTime();
      shift = quarter * QUARTER - instant;
      offsets.set(quarter, shift);
    }
    return wallTime - shift;
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

/** Stamps and documents of a log that cannot both be true. */
export interface ZoneConflict {
  /** `early`: logged before they were issued; `late`: all long after they were replaced. */
  kind: 'early' | 'late';
  /** By how much, in seconds. */
  seconds: Seconds;
  /** The zone that makes them agree, as a value for `--timezone`; null where none does. */
  suggestedZone: string | null;
}

/** Clocks differ by this much without anybody's zone being wrong. */
const CLOCK_SLACK = 60_000;

/** No endpoint was seen to serve the old credentials at every rotation for this long after the new were issued. */
const LONGEST_LAG = 900_000;

const FARTHEST_ZONE = 14 * 3_600_000;

/** Watches the samples of one log go by, in the order of its lines, and tells whether their stamps can be right. */
export class ZoneCheck {
  /** What must be added to the stamps at least, so that nothing was seen before it was issued. */
  #atLeast = Number.NEGATIVE_INFINITY;
  /** What may be added at most, so that some rotation was seen when it came. */
  #atMost = Number.NEGATIVE_INFINITY;
  #previous: Sample | null = null;

  add(sample: Sample): void {
    const { lastUpdated, observedAt } = sample;
    if (lastUpdated === null) return;
    this.#atLeast = Math.max(this.#atLeast, lastUpdated - observedAt);
    const before = this.#previous;
    if (before?.lastUpdated != null && lastUpdated > before.lastUpdated) {
      this.#atMost = Math.max(this.#atMost, lastUpdated - before.observedAt);
    }
    this.#previous = sample;
  }

  findConflict(): ZoneConflict | null {
    if (this.#atLeast > CLOCK_SLACK) {
      return {
        kind: 'early',
        seconds: Math.floor(this.#atLeast / 1000),
        suggestedZone: this.#agreeingZone(),
      };
    }
    if (this.#atMost > Number.NEGATIVE_INFINITY && this.#atMost < -LONGEST_LAG) {
      return { kind: 'late', seconds: Math.floor(-this.#atMost / 1000), suggestedZone: this.#agreeingZone() };
    }
    return null;
  }

  /** Whole hours before quarters, and near ones before far ones. */
  #agreeingZone(): string | null {
    const latest = this.#atMost > Number.NEGATIVE_INFINITY ? this.#atMost : this.#atLeast + 3_600_000;
    const shifts: number[] = [];
    for (let shift = -FARTHEST_ZONE; shift <= FARTHEST_ZONE; shift += QUARTER) {
      if (shift >= this.#atLeast - CLOCK_SLACK && shift <= latest + CLOCK_SLACK) shifts.push(shift);
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

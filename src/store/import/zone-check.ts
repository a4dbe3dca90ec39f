import type { Instant, Sample, Seconds } from '../../domain/model.ts';

/** Offsets of zones are multiples of 15 minutes. */
const QUARTER_HOUR_MS = 900_000;

/** The timestamps of a log contradict its documents. */
export interface ZoneConflict {
  /**
   * `early`: a sample precedes its `LastUpdated`. `late`: all rotations were seen long after `LastUpdated`.
   */
  kind: 'early' | 'late';
  /** The size of the contradiction. */
  seconds: Seconds;
  /** All zones without a contradiction, as values for `--timezone`. The first one is the closest to UTC. */
  fittingZones: readonly string[];
}

/** A smaller contradiction is a clock error, not a wrong zone. */
const CLOCK_SLACK_MS = 60_000;

/** No known endpoint serves old credentials for this long after every rotation. */
const MAX_LAG_MS = 900_000;

const HOUR_MS = 3_600_000;

/** All offsets from +14:00 to -14:00, small ones first. */
const ZONE_OFFSETS_MS = Array.from(
  { length: 28 * 4 + 1 },
  (_, index) => 14 * HOUR_MS - index * QUARTER_HOUR_MS,
).sort((a, b) => Math.abs(a) - Math.abs(b));

/** The range of corrections that remove the contradiction, in milliseconds. */
class ShiftRange {
  /** The smallest correction after which no sample precedes its `LastUpdated`. */
  min = Number.NEGATIVE_INFINITY;
  /** The largest correction after which at least one rotation was seen when it happened. */
  max = Number.NEGATIVE_INFINITY;
  #previous: { lastUpdated: Instant; at: Instant } | null = null;

  add(lastUpdated: Instant, at: Instant): void {
    this.min = Math.max(this.min, lastUpdated - at);
    const before = this.#previous;
    if (before !== null && lastUpdated > before.lastUpdated)
      this.max = Math.max(this.max, lastUpdated - before.at);
    this.#previous = { lastUpdated, at };
  }
}

/** Checks the timestamps of one log against its documents. Add the samples in the order of the lines. */
export class ZoneCheck {
  /** Timestamps in the zone of the import. */
  readonly #read = new ShiftRange();
  /** Timestamps read as UTC. */
  readonly #utc = new ShiftRange();

  /** @param wall the local time of the sample as if it were UTC */
  add({ lastUpdated, observedAt }: Sample, wall: Instant): void {
    if (lastUpdated === null) return;
    this.#read.add(lastUpdated, observedAt);
    this.#utc.add(lastUpdated, wall);
  }

  findConflict(): ZoneConflict | null {
    const { min, max } = this.#read;
    const isEarly = min > CLOCK_SLACK_MS;
    const isLate = max > Number.NEGATIVE_INFINITY && max < -MAX_LAG_MS;
    if (!isEarly && !isLate) return null;
    return {
      kind: isEarly ? 'early' : 'late',
      seconds: Math.floor((isEarly ? min : -max) / 1000),
      fittingZones: this.#findFittingZones(),
    };
  }

  /** Returns whole hours if any whole hour fits, else other offsets. */
  #findFittingZones(): string[] {
    const { min, max } = this.#utc;
    const latest = max > Number.NEGATIVE_INFINITY ? max : min + HOUR_MS;
    const fitting = ZONE_OFFSETS_MS.filter(
      (each) => -each >= min - CLOCK_SLACK_MS && -each <= latest + CLOCK_SLACK_MS,
    );
    const isWholeHour = (offset: number) => offset % HOUR_MS === 0;
    return (fitting.some(isWholeHour) ? fitting.filter(isWholeHour) : fitting).map((each) =>
      formatOffset(each / 1000),
    );
  }
}

function formatOffset(offset: Seconds): string {
  const minutes = Math.abs(offset) / 60;
  const two = (value: number) => String(value).padStart(2, '0');
  return `${offset < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

import { LONGEST_PLAUSIBLE_VALIDITY } from '../../domain/aws-limits.ts';
import type { Instant, Sample, Seconds, SourceName } from '../../domain/model.ts';
import { isEndpointSource } from '../../domain/series-key.ts';
import { secondsBetween } from '../../domain/time/instant.ts';

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

/**
 * Times without a zone that were probably read in the wrong zone.
 * - `late`: read as UTC, every sample is at least `seconds` later than its `LastUpdated`. `zone` is a value for
 *   `--timezone`.
 * - `long`: without `LastUpdated`, the credentials would be valid for `seconds`, longer than endpoints issue them
 */
export type SuspectedZone =
  | { kind: 'late'; seconds: Seconds; zone: string }
  | { kind: 'long'; seconds: Seconds; zone: null };

/** A smaller contradiction is a clock error, not a wrong zone. */
const CLOCK_SLACK_MS = 60_000;

/** No known endpoint serves old credentials for this long after every rotation. */
const MAX_LAG_MS = 900_000;

const HOUR_MS = 3_600_000;

/** Fewer generations show a shift by chance. */
const MIN_GENERATIONS = 5;

/** Polls are not exactly one hour apart, so single rotations can look timely in spite of a shift of an hour. */
const MIN_LATE_SHARE = 0.9;

/** The longest interval of rotations that was published for IMDS. */
const LONGEST_INTERVAL_MS = 3_848_000;

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
  rotations = 0;
  /** Rotations before which a sample shows the old credentials after `LastUpdated` of the new ones. */
  lateRotations = 0;
  /** The longest time from a `LastUpdated` to its last sample. */
  longestAge = Number.NEGATIVE_INFINITY;
  #previous: { lastUpdated: Instant; at: Instant } | null = null;

  add(lastUpdated: Instant, at: Instant): void {
    this.min = Math.max(this.min, lastUpdated - at);
    this.longestAge = Math.max(this.longestAge, at - lastUpdated);
    const before = this.#previous;
    if (before !== null && lastUpdated > before.lastUpdated) {
      this.max = Math.max(this.max, lastUpdated - before.at);
      this.rotations += 1;
      if (before.at >= lastUpdated) this.lateRotations += 1;
    }
    this.#previous = { lastUpdated, at };
  }
}

/** Checks the timestamps of one log against its documents. Add the samples in the order of the lines. */
export class ZoneCheck {
  /** Timestamps in the zone of the import. */
  readonly #read = new ShiftRange();
  /** Timestamps read as UTC. */
  readonly #utc = new ShiftRange();
  /** The longest time from a sample of an endpoint without `LastUpdated` to its expiration. */
  #longestUndated: Seconds = 0;
  /** The number of samples whose times have no zone. */
  sampleCount = 0;

  /** @param wall the local time of the sample as if it were UTC */
  add({ lastUpdated, expiration, observedAt }: Sample, source: SourceName, wall: Instant): void {
    this.sampleCount += 1;
    if (lastUpdated === null) {
      if (isEndpointSource(source))
        this.#longestUndated = Math.max(this.#longestUndated, secondsBetween(observedAt, expiration));
      return;
    }
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

  /**
   * Finds local times that {@link findConflict} cannot see: without `LastUpdated`, or if polls are as rare as the shift,
   * so that no sample shows fresh credentials, and old ones still seem to be served when new ones have been issued.
   */
  findSuspectedZone(): SuspectedZone | null {
    const { min, rotations, lateRotations, longestAge } = this.#utc;
    const hours = Math.floor((-min + CLOCK_SLACK_MS) / HOUR_MS);
    const isLate =
      rotations === 0
        ? longestAge > LONGEST_INTERVAL_MS
        : rotations + 1 >= MIN_GENERATIONS && lateRotations >= rotations * MIN_LATE_SHARE;
    if (isLate && hours >= 1 && hours <= 14)
      return { kind: 'late', seconds: Math.floor(-min / 1000), zone: formatOffset(hours * 3600) };
    const seconds = this.#longestUndated;
    return seconds > LONGEST_PLAUSIBLE_VALIDITY ? { kind: 'long', seconds, zone: null } : null;
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

import { correctTime } from '../../../domain/measurement/generations.ts';
import type { SampleClock } from '../../../domain/measurement/measurement.ts';
import type { Instant, SampleTime } from '../../../domain/model.ts';
import { getSeriesKey } from '../../../domain/series-key.ts';
import { correctFailureTime, type HostSource } from '../../../report/metrics/host-sources.ts';
import { formatAttempt, formatSample } from '../../../report/metrics/timestamped.ts';
import type { SampleStore } from '../../../store/sample-store.ts';

/** The lines of one moment. */
export interface Point {
  at: Instant;
  lines: readonly string[];
}

/** The oldest points of one host and source after a time, in order. */
export interface NewPoints {
  points: readonly Point[];
  /** Later points were left out to limit the memory. */
  hasMore: boolean;
}

const MAX_POINTS = 10_000;

/** Times of the store and of a series differ by the corrections of its clock. One hour covers changes of them. */
const SLACK_MS = 3_600_000;

/** A point whose lines are not written yet. */
interface PendingPoint {
  at: Instant;
  format(): string[];
}

/** Finds the samples and failed polls of a host and source that are later than `after`. */
export function findNewPoints(
  store: SampleStore,
  hostSource: HostSource,
  after: Instant,
  maxPoints = MAX_POINTS,
): NewPoints {
  const { host, source, analyses, newest } = hostSource;
  const clocks = new Map(
    analyses.map(({ identity, measurement }) => [getSeriesKey(identity), measurement?.clock ?? null]),
  );
  const oldest = new OldestPoints(after, maxPoints);
  const since = after - SLACK_MS - findLargestShift([...clocks.values()]);
  for (const part of store.pollsSince({ host, source, since })) {
    if (part.kind === 'samples') {
      const { identity, credentials } = part;
      const clock = clocks.get(getSeriesKey(identity)) ?? null;
      for (const time of part.times) {
        const at = correctSampleTime(time, clock);
        oldest.add({ at, format: () => formatSample({ identity, ...credentials, at }) });
      }
    } else {
      const at = correctFailureTime(part.poll.observedAt, newest);
      oldest.add({ at, format: () => formatAttempt({ host, source }, at, false) });
    }
  }
  return oldest.list();
}

/** The time of a sample by the clock of its series. */
function correctSampleTime(time: SampleTime, clock: SampleClock | null): Instant {
  if (clock === null) return correctTime(time);
  return (clock.usesRawTimes ? time.observedAt : correctTime(time)) + clock.shiftMs;
}

const findLargestShift = (clocks: readonly (SampleClock | null)[]): number =>
  Math.max(
    0,
    ...clocks.map((clock) =>
      clock === null ? 0 : Math.abs(clock.shiftMs) + Math.abs(clock.newestOffset ?? 0) * 1000,
    ),
  );

/** Keeps the oldest points after a time. */
class OldestPoints {
  readonly #after: Instant;
  readonly #maxPoints: number;
  #points: PendingPoint[] = [];
  /** Later points need not be kept. */
  #limit = Number.POSITIVE_INFINITY;

  constructor(after: Instant, maxPoints: number) {
    this.#after = after;
    this.#maxPoints = maxPoints;
  }

  add(point: PendingPoint): void {
    if (point.at <= this.#after || point.at > this.#limit) return;
    this.#points.push(point);
    if (this.#points.length >= 2 * this.#maxPoints) this.#shrink();
  }

  list(): NewPoints {
    this.#shrink();
    const groups: { at: Instant; lines: Set<string> }[] = [];
    for (const { at, format } of this.#points) {
      if (groups.at(-1)?.at !== at) groups.push({ at, lines: new Set() });
      for (const line of format()) groups.at(-1)?.lines.add(line);
    }
    const points = groups.map(({ at, lines }) => ({ at, lines: [...lines] }));
    return { points, hasMore: this.#limit < Number.POSITIVE_INFINITY };
  }

  /** Keeps all points of the last moment, because the cursor moves past the whole moment. */
  #shrink(): void {
    this.#points.sort((a, b) => a.at - b.at);
    const last = this.#points[this.#maxPoints - 1];
    if (last === undefined || this.#points.length === this.#maxPoints) return;
    this.#points = this.#points.filter(({ at }) => at <= last.at);
    this.#limit = last.at;
  }
}

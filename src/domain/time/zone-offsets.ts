import { findFirstIndex } from '../lists.ts';
import type { Instant, Seconds, Span } from '../model.ts';

/** Rules of local time. This file needs no data of time zones, so that the script of a page can contain it. */
export interface TimeZone {
  /** `UTC`, an offset (`+05:30`) or an IANA name (`Europe/Berlin`). */
  readonly name: string;
  /** Local time minus UTC. */
  offsetAt(instant: Instant): Seconds;
}

/** `+05:30`. */
export function formatOffset(offset: Seconds): string {
  const minutes = Math.abs(offset) / 60;
  const [hour, minute] = [Math.floor(minutes / 60), minutes % 60].map((each) =>
    String(each).padStart(2, '0'),
  );
  return `${offset < 0 ? '-' : '+'}${hour}:${minute}`;
}

export const UTC_ZONE: TimeZone = { name: 'UTC', offsetAt: () => 0 };

/** The offset of a zone, from this instant on. */
export type OffsetChange = readonly [from: Instant, offset: Seconds];

const DAY_MS = 86_400_000;
/** Zones have changed their offsets at full minutes, for example one minute after midnight. */
const MINUTE_MS = 60_000;

/** The offset at the start of a span, and its changes in the span. Zones change their offsets at most once per day. */
export function listOffsetChanges({ offsetAt }: TimeZone, { from, to }: Span): OffsetChange[] {
  let offset = offsetAt(from);
  const changes: OffsetChange[] = [[from, offset]];
  for (let start = from; start < to; start += DAY_MS) {
    const end = Math.min(start + DAY_MS, to);
    const next = offsetAt(end);
    if (next !== offset) changes.push([findChange(offsetAt, start, end), next]);
    offset = next;
  }
  return changes;
}

/** The first full minute after `before` with the offset of `after`. */
function findChange(offsetAt: TimeZone['offsetAt'], before: Instant, after: Instant): Instant {
  const offset = offsetAt(after);
  let [low, high] = [Math.floor(before / MINUTE_MS), Math.ceil(after / MINUTE_MS)];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (offsetAt(middle * MINUTE_MS) === offset) high = middle;
    else low = middle;
  }
  return high * MINUTE_MS;
}

/** A zone with known offsets, as {@link listOffsetChanges} lists them. The first offset also applies earlier. */
export function createRecordedZone(name: string, changes: readonly OffsetChange[]): TimeZone {
  return {
    name,
    offsetAt(instant) {
      const next = findFirstIndex(changes, ([from]) => from > instant);
      return changes[Math.max(0, next - 1)]?.[1] ?? 0;
    },
  };
}

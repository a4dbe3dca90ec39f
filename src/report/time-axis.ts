import type { Instant, Span } from '../domain/model.ts';
import { writeInstant } from './writing.ts';

const [SECOND, MINUTE, HOUR, DAY] = [1000, 60_000, 3_600_000, 86_400_000];
const STEPS: readonly number[] = [
  ...[1, 5, 15, 30].map((seconds) => seconds * SECOND),
  ...[1, 5, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR),
  ...[1, 2, 7, 14, 30, 90, 365, 3650].map((days) => days * DAY),
];

/** Beside a label. */
const SPACE = 2;
/** In a shorter time the minutes alone do not tell moments apart. */
const SECONDS_MATTER = 10 * MINUTE;

export interface TimeAxis {
  /** Dates and times in UTC: both ends, and round ones between. */
  labels: string;
  /** The columns to which the labels between belong. */
  ticks: ReadonlySet<number>;
}

export function makeTimeAxis({ from, to }: Span, width: number): TimeAxis {
  const precision = to - from < SECONDS_MATTER ? 'second' : 'minute';
  const room = (step: number) => labelOf(from, step, precision).length + 2 * SPACE;
  const step = STEPS.find((each) => ((to - from) / each) * room(each) <= width) ?? STEPS.at(-1)!;
  const [begin, end] = [from, to].map((at) => endLabelOf(at, step, precision)) as [string, string];
  const last = end.slice(0, 10) === begin.slice(0, 10) ? end.slice(11) : end;
  const cells = [...begin.padEnd(width)];
  const place = (text: string, column: number) => cells.splice(column, text.length, ...text);
  place(last, width - last.length);

  const ticks = new Set<number>();
  for (let at = Math.ceil(from / step) * step; at < to; at += step) {
    const label = labelOf(at, step, precision);
    const tick = Math.floor(((at - from) / (to - from)) * width);
    const column = tick - Math.floor(label.length / 2);
    const isFree = cells
      .slice(Math.max(0, column - SPACE), column + label.length + SPACE)
      .every((cell) => cell === ' ');
    if (column < 0 || column + label.length > width || !isFree) continue;
    place(label, column);
    ticks.add(tick);
  }
  return { labels: cells.join('').trimEnd(), ticks };
}

type Precision = 'minute' | 'second';

const LENGTH: Record<Precision, number> = { minute: 16, second: 19 };

/** The time of day, or the day where it begins; whole dates where they are years apart. */
function labelOf(at: Instant, step: number, precision: Precision): string {
  const written = writeInstant(at);
  if (step >= 90 * DAY) return written.slice(0, 10);
  return at % DAY === 0 || step >= DAY ? written.slice(5, 10) : written.slice(11, LENGTH[precision]);
}

/** Where days are counted the time of day only takes room. */
const endLabelOf = (at: Instant, step: number, precision: Precision) =>
  step >= DAY ? writeInstant(at).slice(0, 10) : `${writeInstant(at).slice(0, LENGTH[precision])}Z`;

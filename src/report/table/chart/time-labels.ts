import type { Instant, Seconds, Span } from '../../../domain/model.ts';
import { buildTimeAxis } from '../../drawing/time-axis.ts';
import { formatTimestamp } from '../../text/format-values.ts';
import { formatTickLabels } from '../../text/tick-labels.ts';

const DAY: Seconds = 86_400;

/** Beside a label. */
const SPACE = 2;
/** What most labels take; longer ones are left out where they find no room. */
const ROOM = '00:00'.length + 2 * SPACE;
/** In a shorter time the minutes alone do not tell moments apart. */
const SECONDS_MATTER = 600_000;

export interface TimeLabels {
  /** Dates and times in UTC: both ends, and round ones between. */
  labels: string;
  /** The columns to which the labels between belong. */
  ticks: ReadonlySet<number>;
}

/** What stands below a chart of so many columns. */
export function buildTimeLabels({ from, to }: Span, width: number): TimeLabels {
  const axis = buildTimeAxis({ from, to }, width / ROOM);
  const [begin, end] = [from, to].map((at) => endLabel(at, axis.step, to - from)) as [string, string];
  const last = end.slice(0, 10) === begin.slice(0, 10) ? end.slice(11) : end;
  const cells = [...begin.padEnd(width)];
  const place = (text: string, column: number) => cells.splice(column, text.length, ...text);
  place(last, width - last.length);

  const ticks = new Set<number>();
  const dated = to - from > 2 * DAY * 1000 ? 'all' : 'none';
  for (const [index, label] of formatTickLabels(axis.ticks, axis.step, dated).entries()) {
    const tick = Math.floor(((axis.ticks[index]! - from) / (to - from)) * width);
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

/** Where days are counted the time of day only takes room. */
function endLabel(at: Instant, step: Seconds, length: number): string {
  const written = formatTimestamp(at);
  if (step >= DAY) return written.slice(0, 10);
  return `${written.slice(0, length < SECONDS_MATTER ? 19 : 16)}Z`;
}
